/// The semi-joins of one WHERE (Specification: soql 6.5, 13.8).
struct SemiJoins {
    /// The object of the query; `nil` in a child query, which names a relationship instead.
    private let outer: Name?
    private let isInner: Bool
    private var count = 0

    init(outer: Name?) {
        self.outer = outer
        isInner = false
    }

    private init() {
        outer = nil
        isInner = true
    }

    /// For the condition of a semi-join, which cannot contain any.
    static var inner: SemiJoins { SemiJoins() }

    mutating func add(
        _ semiJoin: SemiJoin,
        _ inner: Scope,
        to left: Expression,
        of scope: Scope,
        under connective: Check.Connective,
        _ check: Check
    ) throws(SOQLError) {
        let range = semiJoin.range
        if isInner {
            throw check.malformed("Nesting of semi join sub-selects is not supported", at: range)
        }
        switch connective {
        case .and: break
        case .or:
            throw check.malformed(
                "Semi join sub-selects are not allowed with the 'OR' operator",
                at: range
            )
        case .not:
            throw check.malformed(
                "Semi join sub-selects are only allowed at the top level WHERE expressions"
                    + " and not in nested WHERE expressions.",
                at: range
            )
        }
        count += 1
        if count > Dialect.semiJoinsMax {
            throw SOQLError(
                Dialect.semiJoinsCode,
                "Maximum \(Dialect.semiJoinsMax) semi join sub-selects are allowed",
                at: range,
                in: check.text
            )
        }
        guard case .path(let path) = left, scope.relative(path).count == 1 else {
            throw check.malformed(
                "on the left of a semi join stands an id field of the object,"
                    + " not '\(left)'",
                at: left.range
            )
        }
        guard case .path(let column) = semiJoin.column, inner.relative(column).count == 1 else {
            throw check.malformed(
                "semi join sub-selects can only query id fields, cannot use: '\(semiJoin.column)'",
                at: semiJoin.column.range
            )
        }
        if let outer, outer.matches(semiJoin.sources[0].path.last) {
            throw check.malformed(
                "The inner and outer selects should not be on the same object type",
                at: semiJoin.sources[0].path.range
            )
        }
    }
}
