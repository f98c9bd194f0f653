/// A SOQL query as a tree: what was written, and nothing of what any schema says about it.
///
/// Two queries are equal if they say the same in the same words. The places of words, redundant
/// parentheses, the case of keywords and a written `ASC` or `+` make no difference, so a query that
/// was printed and parsed again equals the original (Specification: soql 2.1).
public struct Query: Hashable, Sendable {
    /// Whether it is `SELECT COUNT()`: then `columns` is empty.
    public var isCount: Bool
    public var columns: [Column]
    /// The object, then the relationships that have an alias; never empty.
    public var sources: [Source]
    public var filter: Condition?
    /// `WITH DATA CATEGORY`.
    public var categories: [CategoryFilter]
    /// `WITH UserId = '…'`: never together with categories.
    public var named: NamedFilter?
    /// `WITH USER_MODE` and similar modes, in the order written.
    public var modes: [Mode]
    public var grouping: Grouping?
    public var having: Condition?
    public var order: [OrderKey]
    public var limit: Int?
    public var offset: Int?
    public var purpose: Purpose?
    /// `UPDATE TRACKING, VIEWSTAT`.
    public var statistics: [Statistic]
    /// `ALL ROWS`, which only Apex has: see ``SOQLParser/Options``.
    public var allRows: Bool
    public var ranges: Ranges

    /// The purpose for which the records are read.
    public enum Purpose: String, Hashable, Sendable, CaseIterable {
        case view = "VIEW"
        case reference = "REFERENCE"
        case update = "UPDATE"
    }

    /// The statistic of an article that reading it increments.
    public enum Statistic: String, Hashable, Sendable, CaseIterable {
        case tracking = "TRACKING"
        case viewStat = "VIEWSTAT"
    }

    /// The places of clauses that have no node of their own.
    public struct Ranges: Hashable, Sendable {
        public var query = SourceRange()
        public var limit = SourceRange()
        public var offset = SourceRange()
        public var purpose = SourceRange()

        public init() {}
    }

    public init(columns: [Column], from sources: [Source]) {
        self.isCount = false
        self.columns = columns
        self.sources = sources
        self.categories = []
        self.modes = []
        self.order = []
        self.statistics = []
        self.allRows = false
        self.ranges = Ranges()
    }

    /// `SELECT COUNT() FROM …`.
    public init(countFrom sources: [Source]) {
        self.init(columns: [], from: sources)
        self.isCount = true
    }
}

/// An item of FROM (Specification: soql 5.1).
///
/// The first names the object, or in a child query the child relationship; the others are
/// relationship paths with an alias.
public struct Source: Hashable, Sendable {
    public var path: Path
    public var alias: Name?
    /// `USING SCOPE …`.
    public var scope: Name?

    public init(_ path: Path, alias: Name? = nil, scope: Name? = nil) {
        self.path = path
        self.alias = alias
        self.scope = scope
    }
}

/// GROUP BY (Specification: soql 8).
public struct Grouping: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case plain = ""
        case rollup = "ROLLUP"
        case cube = "CUBE"
    }

    public var kind: Kind
    public var expressions: [Expression]
    public var range: SourceRange

    public init(_ expressions: [Expression], kind: Kind = .plain, range: SourceRange = .init()) {
        self.kind = kind
        self.expressions = expressions
        self.range = range
    }
}

/// A key of ORDER BY (Specification: soql 9.1).
public struct OrderKey: Hashable, Sendable {
    public enum NullPlacement: String, Hashable, Sendable, CaseIterable {
        case first = "FIRST"
        case last = "LAST"
    }

    public var expression: Expression
    /// A written `ASC` is the same as none.
    public var isDescending: Bool
    /// `nil`: the query does not say.
    public var nulls: NullPlacement?

    public init(
        _ expression: Expression,
        isDescending: Bool = false,
        nulls: NullPlacement? = nil
    ) {
        self.expression = expression
        self.isDescending = isDescending
        self.nulls = nulls
    }
}
