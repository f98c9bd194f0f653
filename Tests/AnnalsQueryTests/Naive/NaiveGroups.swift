import Annals
import AnnalsSOQL

/// The records with equal grouping keys, or all records.
private struct NaiveGroup {
    /// Empty only if there is no GROUP BY.
    let members: [NaiveRecord]
    /// One for each expression of GROUP BY.
    let keys: [NaiveKey?]
    /// Whether each expression is summed over in this row, and therefore does not count.
    let isSubtotal: [Bool]
}

extension NaiveEvaluator {
    /// The rows of a query with aggregates or GROUP BY.
    func grouped(_ query: Query, _ scope: NaiveScope) -> QueryResult {
        let expressions = query.grouping?.expressions ?? []
        let records = filtered(query.filter, query.sources, scope)
        var groups =
            query.grouping == nil
            ? [NaiveGroup(members: records, keys: [], isSubtotal: [])]
            : self.groups(of: records, by: expressions, query.grouping?.kind ?? .plain, scope)
        func compiled(_ expression: Expression) -> NaiveExpression<NaiveGroup> {
            self.expression(expression, of: expressions, scope)
        }
        if let having = query.having {
            groups = groups.filter(condition(having, compiled))
        }
        let keys = query.order.map { key in
            let isGrouped = expressions.contains { isSame($0, key.expression, scope) }
            return (isGrouped ? self.key(key, scope) : key, compiled(key.expression))
        }
        let keyed = groups.map { group in
            let keys = keys.map { _, expression -> NaiveKey? in
                let value = expression.read(group)
                // An aggregate over a boolean can be null; a boolean itself cannot.
                return value == .null ? nil : expression.kind.key(value, isSorting: true)
            }
            return (group, keys)
        }
        groups = keyed.sorted { left, right in
            for (index, (order, _)) in keys.enumerated() {
                let result = order.compare(left.1[index], right.1[index])
                if result != 0 { return result < 0 }
            }
            return left.0.precedes(right.0)
        }.map(\.0)
        groups = Array(groups.dropFirst(query.offset ?? 0).prefix(query.limit ?? .max))
        var unnamed = 0
        let columns = query.columns.map { column -> (String, NaiveExpression<NaiveGroup>) in
            guard case .field(let expression) = column.kind else { fatalError("\(column.kind)") }
            let compiled = compiled(expression)
            if let alias = column.alias { return (alias.text, compiled) }
            if case .path(let path) = expression {
                return (scope.target(of: path, in: store.schema).key, compiled)
            }
            if case .call(let call) = expression, call.function == .toLabel,
                case .path(let path) = call.argument
            {
                return (scope.target(of: path, in: store.schema).key, compiled)
            }
            unnamed += 1
            return ("expr\(unnamed - 1)", compiled)
        }
        let rows = groups.map { group in
            QueryRow(
                type: "AggregateResult",
                id: nil,
                fields: columns.map { QueryField($0, .value($1.read(group))) }
            )
        }
        return QueryResult(totalSize: rows.count, records: rows)
    }

    private func groups(
        of records: [NaiveRecord],
        by expressions: [Expression],
        _ kind: Grouping.Kind,
        _ scope: NaiveScope
    ) -> [NaiveGroup] {
        let compiled = expressions.map { expression($0, scope) }
        let keyed = records.map { record in
            (record, compiled.map { $0.kind.key($0.read(record), isSorting: true) })
        }
        let count = expressions.count
        let sets: [[Bool]] =
            switch kind {
            case .plain: [Array(repeating: false, count: count)]
            case .rollup: (0...count).map { kept in (0..<count).map { $0 >= kept } }
            case .cube: (0..<(1 << count)).map { bits in (0..<count).map { bits >> $0 & 1 == 1 } }
            }
        var groups: [NaiveGroup] = []
        for isSubtotal in sets {
            var members: [[NaiveKey?]: [NaiveRecord]] = [:]
            for (record, keys) in keyed {
                let keys = zip(keys, isSubtotal).map { $1 ? nil : $0 }
                members[keys, default: []].append(record)
            }
            for (keys, members) in members {
                groups.append(NaiveGroup(members: members, keys: keys, isSubtotal: isSubtotal))
            }
        }
        return groups
    }

    /// The value of an expression for groups.
    private func expression(
        _ expression: Expression,
        of grouping: [Expression],
        _ scope: NaiveScope
    ) -> NaiveExpression<NaiveGroup> {
        if let place = grouping.firstIndex(where: { isSame($0, expression, scope) }) {
            let compiled = self.expression(expression, scope)
            return NaiveExpression(kind: compiled.kind) { group in
                group.isSubtotal[place] ? .null : compiled.read(group.members[0])
            }
        }
        guard case .call(let call) = expression, let function = call.function else {
            fatalError("\(expression) is not grouped")
        }
        if function == .grouping {
            let place = grouping.firstIndex { isSame($0, call.argument, scope) }!
            return NaiveExpression(kind: .number) { .integer($0.isSubtotal[place] ? 1 : 0) }
        }
        if function.isAggregate { return aggregate(function, of: call.argument, scope) }
        // A function of a grouping expression.
        let inner = self.expression(call.argument, of: grouping, scope)
        let compiled = self.expression(expression, scope)
        return NaiveExpression(kind: compiled.kind) { group in
            inner.read(group) == .null ? .null : compiled.read(group.members[0])
        }
    }

    private func isSame(_ left: Expression, _ right: Expression, _ scope: NaiveScope) -> Bool {
        switch (left, right) {
        case (.path(let left), .path(let right)):
            scope.names(of: left).map(\.folded) == scope.names(of: right).map(\.folded)
        case (.call(let left), .call(let right)):
            left.function == right.function && isSame(left.argument, right.argument, scope)
        default: false
        }
    }

    private func aggregate(
        _ function: Function,
        of argument: Expression,
        _ scope: NaiveScope
    ) -> NaiveExpression<NaiveGroup> {
        let value = expression(argument, scope)
        let kind = value.kind
        func values(_ group: NaiveGroup) -> [Value] {
            group.members.map(value.read).filter { $0 != .null }
        }
        func best(
            _ isBetter: @escaping (NaiveKey, NaiveKey) -> Bool
        ) -> NaiveExpression<NaiveGroup> {
            NaiveExpression(kind: kind) { group in
                var best: (NaiveKey, Value)?
                for value in values(group) {
                    guard let key = kind.key(value, isSorting: true) else { continue }
                    if best.map({ isBetter(key, $0.0) }) ?? true { best = (key, value) }
                }
                return best?.1 ?? .null
            }
        }
        switch function {
        case .count: return NaiveExpression(kind: .number) { .integer(values($0).count) }
        case .countDistinct:
            return NaiveExpression(kind: .number) { group in
                .integer(Set(values(group).map { value.kind.key($0) }).count)
            }
        case .sum: return NaiveExpression(kind: .number) { sum(of: values($0)) }
        case .avg:
            return NaiveExpression(kind: .number) { group in
                let values = values(group)
                if values.isEmpty { return .null }
                return .double(values.reduce(0) { $0 + $1.number } / Double(values.count))
            }
        case .min: return best(<)
        case .max: return best(>)
        default: fatalError("\(function) is not an aggregate")
        }
    }

    /// The sum of integers is an integer.
    private func sum(of values: [Value]) -> Value {
        if values.isEmpty { return .null }
        let sum = values.reduce(0) { $0 + $1.number }
        if case .integer = values[0] { return .integer(Int(sum)) }
        return .double(sum)
    }
}

extension NaiveGroup {
    /// Key by key, null first; a subtotal comes after the rows it sums up.
    fileprivate func precedes(_ other: NaiveGroup) -> Bool {
        for index in keys.indices {
            if isSubtotal[index] != other.isSubtotal[index] { return other.isSubtotal[index] }
            switch (keys[index], other.keys[index]) {
            case (nil, nil): continue
            case (nil, _): return true
            case (_, nil): return false
            case (let left?, let right?):
                if left != right { return left < right }
            }
        }
        return false
    }
}

extension Value {
    fileprivate var number: Double {
        switch self {
        case .integer(let number): Double(number)
        case .double(let number): number
        default: fatalError("\(self) is not a number")
        }
    }
}
