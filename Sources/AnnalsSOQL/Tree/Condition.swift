/// A condition of WHERE or HAVING (Specification: soql 2.2, 6).
///
/// Parentheses are kept only as the shape of the tree: an AND in an AND is one that was written in
/// parentheses.
public indirect enum Condition: Hashable, Sendable {
    case not(Condition)
    /// Two or more.
    case and([Condition])
    /// Two or more.
    case or([Condition])
    case comparison(Comparison)
}

/// One comparison of a field or function with something.
public struct Comparison: Hashable, Sendable {
    /// The raw value is what the printer writes.
    public enum Operator: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        /// Also written `<>`.
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case like = "LIKE"
        case `in` = "IN"
        case notIn = "NOT IN"
        case includes = "INCLUDES"
        case excludes = "EXCLUDES"
    }

    /// The right side: a list or a semi-join never follows an operator that takes a value.
    public enum Operand: Hashable, Sendable {
        case value(Literal)
        /// Of IN, NOT IN, INCLUDES, EXCLUDES. Empty only where an empty list was bound.
        case list([Literal])
        /// Of IN, NOT IN.
        indirect case semiJoin(SemiJoin)
    }

    public var left: Expression
    public var `operator`: Operator
    public var right: Operand
    /// The whole comparison.
    public var range: SourceRange

    public init(
        _ left: Expression,
        _ operator: Operator,
        _ right: Operand,
        range: SourceRange = .init()
    ) {
        self.left = left
        self.operator = `operator`
        self.right = right
        self.range = range
    }
}

/// The query on the right of IN (a semi-join) or NOT IN (an anti-join) (Specification: soql 6.5).
public struct SemiJoin: Hashable, Sendable {
    public var column: Expression
    /// Never empty.
    public var sources: [Source]
    public var filter: Condition?
    public var categories: [CategoryFilter]
    public var named: NamedFilter?
    public var range: SourceRange

    public init(
        _ column: Expression,
        from sources: [Source],
        where filter: Condition? = nil,
        categories: [CategoryFilter] = [],
        named: NamedFilter? = nil,
        range: SourceRange = .init()
    ) {
        self.column = column
        self.sources = sources
        self.filter = filter
        self.categories = categories
        self.named = named
        self.range = range
    }
}
