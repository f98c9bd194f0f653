// WHERE (Specification: soql 4.6, 4.7, 6).
extension Check {
    func filter(
        _ filter: Condition?,
        in sources: [Source],
        _ groups: Groups,
        isChild: Bool,
        _ paths: inout Paths
    ) throws(SOQLError) {
        guard let filter else { return }
        var semiJoins = SemiJoins(outer: isChild ? nil : sources[0].path.last)
        try self.filter(filter, groups, &paths, &semiJoins, under: .and)
    }

    /// The connective above a condition, as far as it matters to semi-joins.
    enum Connective {
        case and, or, not
    }

    private func filter(
        _ condition: Condition,
        _ groups: Groups,
        _ paths: inout Paths,
        _ semiJoins: inout SemiJoins,
        under connective: Connective
    ) throws(SOQLError) {
        switch condition {
        case .not(let negated):
            try filter(negated, groups, &paths, &semiJoins, under: .not)
        case .and(let terms):
            for term in terms { try filter(term, groups, &paths, &semiJoins, under: connective) }
        case .or(let terms):
            for term in terms { try filter(term, groups, &paths, &semiJoins, under: .or) }
        case .comparison(let comparison):
            if case .semiJoin(let semiJoin) = comparison.right {
                let inner = try scope(of: semiJoin.sources, isChild: false)
                try semiJoins.add(
                    semiJoin,
                    inner,
                    to: comparison.left,
                    of: paths.scope,
                    under: connective,
                    self
                )
                try filter(within: semiJoin, inner)
            }
            try function(in: comparison.left, of: groups, at: .filter)
            try paths.add(comparison.left, self)
            try values(of: comparison)
        }
    }

    /// The condition within a semi-join: an ordinary one, except for semi-joins.
    private func filter(within semiJoin: SemiJoin, _ scope: Scope) throws(SOQLError) {
        try categories(semiJoin.categories)
        guard let filter = semiJoin.filter else { return }
        let query = Query(columns: [], from: semiJoin.sources)
        var paths = Paths(scope)
        var semiJoins = SemiJoins.inner
        try self.filter(filter, Groups(query, scope), &paths, &semiJoins, under: .and)
        try paths.checkCount(self)
    }

    /// Checks of a comparison's values that need no schema.
    func values(of comparison: Comparison) throws(SOQLError) {
        let values: [Literal] =
            switch comparison.right {
            case .value(let value): [value]
            case .list(let values): values
            case .semiJoin: []
            }
        if case .call(let call) = comparison.left, call.function?.kind == .date {
            for value in values {
                if case .dateRange(let range) = value.value {
                    throw malformed(
                        "\(call.name) cannot be compared with the date literal \(range)",
                        at: value.range
                    )
                }
            }
        }
        if case .distance = comparison.left,
            comparison.operator != .less && comparison.operator != .greater
        {
            throw malformed("DISTANCE is compared with < or >", at: comparison.range)
        }
        if comparison.operator == .like, let value = values.first { try pattern(value) }
    }

    private func pattern(_ literal: Literal) throws(SOQLError) {
        guard case .pattern(let pattern) = literal.value else {
            throw malformed("LIKE takes a string, not \(literal)", at: literal.range)
        }
        if pattern.elements.isEmpty, Dialect.refusesEmptyPattern {
            throw malformed("invalid LIKE value: ", at: literal.range)
        }
    }

    /// `WITH DATA CATEGORY` (Specification: soql 10.1).
    ///
    /// It is not required that each group occurs once: a query from the reference's pages breaks
    /// that rule.
    func categories(_ filters: [CategoryFilter]) throws(SOQLError) {
        guard filters.count > Dialect.categoriesMax else { return }
        throw malformed(
            "WITH DATA CATEGORY has at most \(Dialect.categoriesMax) conditions",
            at: filters[Dialect.categoriesMax].group.range
        )
    }
}
