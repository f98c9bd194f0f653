/// A condition of WHERE or HAVING (Specification: soql 2.2, 6).
///
/// Parentheses are kept only as the shape of the tree: an AND in an AND is one that was written in
/// parentheses.
package indirect enum Condition: Hashable, Sendable {
    case not(Condition)
    /// Two or more.
    case and([Condition])
    /// Two or more.
    case or([Condition])
    case comparison(Comparison)
}

/// One comparison of a field or function with something.
package struct Comparison: Hashable, Sendable {
    /// The raw value is what the printer writes.
    package enum Operator: String, Hashable, Sendable, CaseIterable {
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
    package enum Operand: Hashable, Sendable {
        case value(Literal)
        /// Of IN, NOT IN, INCLUDES, EXCLUDES. Empty only where an empty list was bound.
        case list([Literal])
        /// Of IN, NOT IN.
        indirect case semiJoin(SemiJoin)
    }

    package var left: Expression
    package var `operator`: Operator
    package var right: Operand
    /// The whole comparison.
    package var range: SourceRange

    package init(
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
package struct SemiJoin: Hashable, Sendable {
    package var column: Expression
    /// Never empty.
    package var sources: [Source]
    package var filter: Condition?
    package var categories: [CategoryFilter]
    package var named: NamedFilter?
    package var range: SourceRange

    package init(
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
