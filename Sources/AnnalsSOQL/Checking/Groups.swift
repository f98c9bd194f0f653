/// Whether and by what a query is grouped (Specification: soql 4.1, 8).
struct Groups {
    let grouping: Grouping?
    /// Whether its rows stand for groups: there is a GROUP BY, or an aggregate is selected.
    let isGrouped: Bool
    private let scope: Scope
    /// The expressions in lower case, if there are too many to compare one by one.
    private let folded: Set<String>?

    /// More than this are looked up instead of compared.
    private static let comparedMax = 16

    init(_ query: Query, _ scope: Scope) {
        self.scope = scope
        grouping = query.grouping
        isGrouped =
            query.grouping != nil
            || query.columns.contains { column in
                if case .field(let expression) = column.kind {
                    expression.hasAggregate
                } else {
                    false
                }
            }
        let expressions = query.grouping?.expressions ?? []
        folded =
            expressions.count > Groups.comparedMax
            ? Set(expressions.map { scope.key(of: $0) }) : nil
    }

    var hasSubtotals: Bool { grouping != nil && grouping?.kind != .plain }

    func contains(_ expression: Expression) -> Bool {
        guard let grouping else { return false }
        if let folded { return folded.contains(scope.key(of: expression)) }
        return grouping.expressions.contains { scope.isSame($0, expression) }
    }

    /// Whether a group has only one value of it.
    func determine(_ expression: Expression) -> Bool {
        if contains(expression) { return true }
        guard case .call(let call) = expression, let kind = call.function?.kind else {
            return false
        }
        return switch kind {
        case .aggregate, .grouping: true
        // For a dateTime that would be wrong, but only the schema distinguishes one from a date.
        case .date, .conversion: determine(call.argument)
        case .fields: false
        }
    }

    /// Rejects selecting an aggregate of a grouped field (Specification: soql 13.7).
    ///
    /// Sorting by one, or filtering by one in HAVING, is allowed: published queries do.
    func refuseGrouped(_ call: FunctionCall, _ check: Check) throws(SOQLError) {
        if hasSubtotals || !contains(call.argument) { return }
        throw check.malformed(
            "Grouped field should not be aggregated: \(call.argument)",
            at: call.argument.range
        )
    }
}

extension Expression {
    var hasAggregate: Bool {
        guard case .call(let call) = self else { return false }
        return call.function?.isAggregate == true || call.argument.hasAggregate
    }
}

extension Scope {
    /// Equal for expressions that are the same to SOQL.
    func key(of expression: Expression) -> String {
        switch expression {
        case .path(let path): relative(path).map(\.folded).joined(separator: ".")
        case .call(let call): "\(call.name.folded)(\(key(of: call.argument)))"
        case .distance(let distance):
            "(\(distance.path.folded),\(distance.latitude),\(distance.longitude),\(distance.unit))"
        }
    }
}
