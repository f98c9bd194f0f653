// GROUP BY, and what grouping requires of the other clauses (Specification: soql 8).
extension Check {
    func groupBy(_ groups: Groups, _ paths: inout Paths) throws(SOQLError) {
        guard let grouping = groups.grouping else { return }
        if grouping.kind != .plain, grouping.expressions.count > Dialect.groupingFieldsMax {
            throw malformed(
                "\(grouping.kind.rawValue) takes at most \(Dialect.groupingFieldsMax) fields",
                at: grouping.expressions[Dialect.groupingFieldsMax].range
            )
        }
        var seen: Set<String> = []
        for expression in grouping.expressions {
            if expression.hasAggregate, case .call(let call) = expression {
                throw malformed(
                    "Grouped field should not be aggregated: \(call.argument)",
                    at: call.range
                )
            }
            try function(in: expression, of: groups, at: .grouping)
            try paths.add(expression, self)
            guard
                grouping.expressions.count == 1
                    || seen.insert(paths.scope.key(of: expression)).inserted
            else {
                throw malformed(
                    "duplicate grouping expression: \(expression)",
                    at: expression.range
                )
            }
        }
    }

    func groupedColumns(_ query: Query, _ groups: Groups) throws(SOQLError) {
        var keys = DuplicateNames()
        for column in query.columns {
            switch column.kind {
            case .child: continue
            case .typeOf:
                throw malformed("a grouped query has no TYPEOF", at: column.range)
            case .field(let expression):
                if case .call(let call) = expression, call.function == .fields {
                    throw malformed("a grouped query has no \(call.name)", at: column.range)
                }
                guard groups.determine(expression) else {
                    throw malformed(
                        "Field must be grouped or aggregated: \(expression)",
                        at: expression.range
                    )
                }
                var key = column.alias
                if case .path(let path) = expression { key = key ?? path.last }
                if let key, !keys.insert(key) { throw duplicateAlias(key) }
            }
        }
    }

    func duplicateAlias(_ alias: Name) -> SOQLError {
        malformed("duplicate alias: \(alias)", at: alias.range)
    }

    func having(
        _ condition: Condition,
        _ groups: Groups,
        _ paths: inout Paths
    ) throws(SOQLError) {
        switch condition {
        case .not(let negated): try having(negated, groups, &paths)
        case .and(let terms), .or(let terms):
            for term in terms { try having(term, groups, &paths) }
        case .comparison(let comparison):
            if case .semiJoin(let semiJoin) = comparison.right {
                throw malformed("HAVING takes no sub-select", at: semiJoin.range)
            }
            try function(in: comparison.left, of: groups, at: .having)
            try paths.add(comparison.left, self)
            guard groups.determine(comparison.left) else {
                throw malformed(
                    "Field must be grouped or aggregated: \(comparison.left)",
                    at: comparison.left.range
                )
            }
            try values(of: comparison)
        }
    }

    func order(_ query: Query, _ groups: Groups, _ paths: inout Paths) throws(SOQLError) {
        for key in query.order {
            try function(in: key.expression, of: groups, at: .order)
            try paths.add(key.expression, self)
            if groups.isGrouped, !groups.determine(key.expression) {
                throw malformed(
                    "Ordered field must be grouped or aggregated: \(key.expression)",
                    at: key.expression.range
                )
            }
        }
    }
}
