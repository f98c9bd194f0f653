/// A condition, bound to the schema.
indirect enum Predicate: Sendable {
    case all([Predicate])
    case any([Predicate])
    case not(Predicate)
    case test(Test)
    case constant(Bool)
    /// The keys that the query selects by the column, which is not known before it was run: see
    /// ``Snapshot/resolved(_:)``.
    case semiJoin(Operand, BoundQuery, column: Operand, isAnti: Bool)
}

/// One comparison.
struct Test: Sendable {
    let operand: Operand
    let matcher: Matcher
}
