internal import AnnalsSOQL
internal import AnnalsSchema

// GROUP BY, aggregates, HAVING (Specification: soql 8).

extension Binder {
    func grouping(_ query: Query) throws -> BoundGrouping {
        var bound = BoundGrouping(calendar: circumstances.calendar)
        var groups: [Expression] = []
        if let grouping = query.grouping {
            groups = grouping.expressions
            guard groups.count < 64 else {
                throw refusal(.malformedQuery, "too many grouped fields", at: grouping.range)
            }
            bound.expressions = try groups.map(grouped)
            bound.sets = Self.sets(grouping.kind, count: groups.count)
        } else {
            bound.sets = [0]
        }
        var unnamed = 0
        for column in query.columns {
            guard case .field(let expression) = column.kind else {
                throw refusal(
                    .malformedQuery,
                    "a grouped query selects grouped fields and aggregates",
                    at: column.range
                )
            }
            let term = try term(expression, groups, &bound)
            let key: String
            if let alias = column.alias {
                key = alias.text
            } else if case .path = expression, case .group(let index) = term {
                key = bound.expressions[index].access.keys.last ?? ""
            } else {
                key = "expr\(unnamed)"
                unnamed += 1
            }
            guard !bound.columns.contains(where: { $0.key.lowercased() == key.lowercased() })
            else {
                throw refusal(.malformedQuery, "duplicate alias: \(key)", at: column.range)
            }
            bound.columns.append(BoundGrouping.Column(key: key, term: term))
        }
        if let having = query.having {
            bound.having = try condition(having, groups, &bound)
        }
        for key in query.order {
            let term = try term(key.expression, groups, &bound, isOrdered: true)
            var operand: Operand?
            if case .group(let index) = term { operand = bound.expressions[index] }
            bound.order.append(
                BoundGrouping.Order(
                    term: term,
                    isDescending: key.isDescending,
                    nullsLast: nullsLast(key, operand)
                )
            )
        }
        return bound
    }

    private static func sets(_ kind: Grouping.Kind, count: Int) -> [UInt64] {
        let all = (UInt64(1) << UInt64(count)) - 1
        switch kind {
        case .plain: return [all]
        // The first ones remain longest.
        case .rollup: return (0...count).reversed().map { (UInt64(1) << UInt64($0)) - 1 }
        case .cube: return (0...all).reversed()
        }
    }

    private func grouped(_ expression: Expression) throws -> Operand {
        let operand = try operand(expression)
        if case .none = operand.transform, let field = operand.access.field, !field.isGroupable {
            throw refusal(
                QueryDialect.unsortableCode,
                "field '\(field.name)' can not be grouped in a query call",
                at: expression.range
            )
        }
        return operand
    }

    private func term(
        _ expression: Expression,
        _ groups: [Expression],
        _ bound: inout BoundGrouping,
        isOrdered: Bool = false
    ) throws -> BoundGrouping.Term {
        if case .call(let call) = expression {
            if call.function == .format, call.isAggregate {
                return try term(call.argument, groups, &bound)
            }
            if let function = call.function, function.isAggregate {
                return .aggregate(try aggregate(function, call, &bound))
            }
            if call.function == .grouping {
                guard let index = try place(of: call.argument, groups) else {
                    throw ungrouped(call.argument, isOrdered)
                }
                return .grouping(index)
            }
        }
        if let index = try place(of: expression, groups) { return .group(index) }
        // How a grouped field is shown.
        if case .call(let call) = expression, call.function == .toLabel || call.function == .format,
            let index = try place(of: call.argument, groups)
        {
            return call.function == .toLabel ? .label(index) : .group(index)
        }
        // A day includes its year.
        if case .call(let call) = expression, let function = call.function, function.kind == .date,
            let index = try place(of: call.argument, groups),
            bound.expressions[index].access.kind == .date
        {
            return .part(index, function)
        }
        throw ungrouped(expression, isOrdered)
    }

    private func ungrouped(_ expression: Expression, _ isOrdered: Bool) -> SOQLError {
        let name: String
        switch expression {
        case .path(let path): name = (try? access(path).keys.joined(separator: ".")) ?? "\(path)"
        case .call(let call): name = call.name.text
        case .distance: name = "DISTANCE"
        }
        let what = isOrdered ? "Ordered field" : "Field"
        return refusal(
            .malformedQuery,
            "\(what) must be grouped or aggregated: \(name)",
            at: expression.range
        )
    }

    /// The index of the expression among the grouped ones.
    private func place(of expression: Expression, _ groups: [Expression]) throws -> Int? {
        let wanted = try signature(expression)
        return try groups.firstIndex { try signature($0) == wanted }
    }

    /// The same for expressions with the same meaning.
    private func signature(_ expression: Expression) throws -> String {
        switch expression {
        case .path(let path): return try access(path).keys.joined(separator: ".")
        case .call(let call):
            return "\(call.name.folded)(\(try signature(call.argument)))"
        case .distance(let distance): return "distance \(distance.path.folded)"
        }
    }

    private func aggregate(
        _ function: Function,
        _ call: FunctionCall,
        _ bound: inout BoundGrouping
    ) throws -> Int {
        guard case .path(let path) = call.argument else {
            throw refusal(.malformedQuery, "\(call.name) takes a field", at: call.range)
        }
        let access = try access(path)
        guard function.takes(access.field) else {
            throw refusal(
                .malformedQuery,
                "field \(access.field?.name ?? "Type") does not support aggregate operator "
                    + function.rawValue,
                at: call.range
            )
        }
        bound.aggregates.append(
            BoundGrouping.Aggregate(function: function, operand: Operand(access))
        )
        return bound.aggregates.count - 1
    }

    private func condition(
        _ condition: Condition,
        _ groups: [Expression],
        _ bound: inout BoundGrouping
    ) throws -> BoundGrouping.Condition {
        switch condition {
        case .not(let part): return .not(try self.condition(part, groups, &bound))
        case .and(let parts):
            return .all(try parts.map { try self.condition($0, groups, &bound) })
        case .or(let parts):
            return .any(try parts.map { try self.condition($0, groups, &bound) })
        case .comparison(let comparison):
            let term = try term(comparison.left, groups, &bound)
            let (type, name) = comparedType(term, bound)
            guard let matcher = try matcher(comparison, type, name: name) else {
                return .constant(false)
            }
            return .test(term, matcher)
        }
    }

    private func comparedType(
        _ term: BoundGrouping.Term,
        _ bound: BoundGrouping
    ) -> (ComparedType, String) {
        switch term {
        case .grouping: return (.int, "GROUPING")
        case .part(_, let function): return (.int, function.rawValue)
        case .label(let index):
            let name = bound.expressions[index].access.keys.last ?? ""
            return (.text(isExact: false, kind: "string"), name)
        case .group(let index):
            let operand = bound.expressions[index]
            let name = operand.access.keys.last ?? ""
            if case .date(_, let function, _) = operand.transform {
                return (function == .dayOnly ? .date : .int, name)
            }
            return (ComparedType(operand.access.field), name)
        case .aggregate(let index):
            let aggregate = bound.aggregates[index]
            let name = aggregate.operand.access.keys.last ?? ""
            switch aggregate.function {
            case .count, .countDistinct: return (.int, name)
            case .avg: return (.double, name)
            default: return (ComparedType(aggregate.operand.access.field), name)
            }
        }
    }
}

extension Function {
    /// Whether the aggregate accepts such a field (Specification: soql 4.5).
    fileprivate func takes(_ field: Field?) -> Bool {
        guard let field else { return self != .sum && self != .avg }
        switch self {
        case .sum, .avg: return field.kind == .int || field.kind == .double
        case .min, .max, .count, .countDistinct: return field.isAggregatable
        default: return false
        }
    }
}
