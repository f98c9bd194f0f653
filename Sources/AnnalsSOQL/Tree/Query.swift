/// A SOQL query as a tree: what was written, and nothing of what any schema says about it.
///
/// Two queries are equal if they say the same in the same words. The places of words, redundant
/// parentheses, the case of keywords and a written `ASC` or `+` make no difference, so a query that
/// was printed and parsed again equals the original (Specification: soql 2.1).
package struct Query: Hashable, Sendable {
    /// Whether it is `SELECT COUNT()`: then `columns` is empty.
    package var isCount: Bool
    package var columns: [Column]
    /// The object, then the relationships that have an alias; never empty.
    package var sources: [Source]
    package var filter: Condition?
    /// `WITH DATA CATEGORY`.
    package var categories: [CategoryFilter]
    /// `WITH UserId = '…'`: never together with categories.
    package var named: NamedFilter?
    /// `WITH USER_MODE` and similar modes, in the order written.
    package var modes: [Mode]
    package var grouping: Grouping?
    package var having: Condition?
    package var order: [OrderKey]
    package var limit: Int?
    package var offset: Int?
    package var purpose: Purpose?
    /// `UPDATE TRACKING, VIEWSTAT`.
    package var statistics: [Statistic]
    /// `ALL ROWS`, which only Apex has: see ``SOQLParser/Options``.
    package var allRows: Bool
    package var ranges: Ranges

    /// The purpose for which the records are read.
    package enum Purpose: String, Hashable, Sendable, CaseIterable {
        case view = "VIEW"
        case reference = "REFERENCE"
        case update = "UPDATE"
    }

    /// The statistic of an article that reading it increments.
    package enum Statistic: String, Hashable, Sendable, CaseIterable {
        case tracking = "TRACKING"
        case viewStat = "VIEWSTAT"
    }

    /// The places of clauses that have no node of their own.
    package struct Ranges: Hashable, Sendable {
        package var query = SourceRange()
        package var limit = SourceRange()
        package var offset = SourceRange()
        package var purpose = SourceRange()

        package init() {}
    }

    package init(columns: [Column], from sources: [Source]) {
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
    package init(countFrom sources: [Source]) {
        self.init(columns: [], from: sources)
        self.isCount = true
    }
}

/// An item of FROM (Specification: soql 5.1).
///
/// The first names the object, or in a child query the child relationship; the others are
/// relationship paths with an alias.
package struct Source: Hashable, Sendable {
    package var path: Path
    package var alias: Name?
    /// `USING SCOPE …`.
    package var scope: Name?

    package init(_ path: Path, alias: Name? = nil, scope: Name? = nil) {
        self.path = path
        self.alias = alias
        self.scope = scope
    }
}

/// GROUP BY (Specification: soql 8).
package struct Grouping: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case plain = ""
        case rollup = "ROLLUP"
        case cube = "CUBE"
    }

    package var kind: Kind
    package var expressions: [Expression]
    package var range: SourceRange

    package init(_ expressions: [Expression], kind: Kind = .plain, range: SourceRange = .init()) {
        self.kind = kind
        self.expressions = expressions
        self.range = range
    }
}

/// A key of ORDER BY (Specification: soql 9.1).
package struct OrderKey: Hashable, Sendable {
    package enum NullPlacement: String, Hashable, Sendable, CaseIterable {
        case first = "FIRST"
        case last = "LAST"
    }

    package var expression: Expression
    /// A written `ASC` is the same as none.
    package var isDescending: Bool
    /// `nil`: the query does not say.
    package var nulls: NullPlacement?

    package init(
        _ expression: Expression,
        isDescending: Bool = false,
        nulls: NullPlacement? = nil
    ) {
        self.expression = expression
        self.isDescending = isDescending
        self.nulls = nulls
    }
}
