// Which functions are allowed where, and on what (Specification: soql 4.4, 4.6, 4.7).
extension Check {
    /// The clauses that have expressions.
    enum Clause: String {
        case select = "SELECT"
        case filter = "WHERE"
        case grouping = "GROUP BY"
        case having = "HAVING"
        case order = "ORDER BY"
    }

    func function(
        in expression: Expression,
        of groups: Groups,
        at clause: Clause
    ) throws(SOQLError) {
        switch expression {
        case .path: break
        case .distance(let distance): try unit(of: distance)
        case .call(let call): try function(call, of: groups, at: clause)
        }
    }

    private func function(
        _ call: FunctionCall,
        of groups: Groups,
        at clause: Clause
    ) throws(SOQLError) {
        guard let function = call.function else {
            throw malformed("unknown function '\(call.name)'", at: call.name.range)
        }
        switch function.kind {
        case .aggregate:
            try require(call, clause, in: [.select, .having, .order])
            if clause == .order && !groups.isGrouped {
                throw malformed("only a grouped query is ordered by \(call.name)", at: call.range)
            }
            try requirePath(in: call)
            if clause == .select { try groups.refuseGrouped(call, self) }
        case .grouping:
            try require(call, clause, in: [.select, .having, .order])
            guard groups.hasSubtotals, groups.contains(call.argument) else {
                throw malformed(
                    "\(call.name) is for the fields of GROUP BY ROLLUP or CUBE",
                    at: call.range
                )
            }
        case .date:
            if case .call(let inner) = call.argument {
                guard inner.function == .convertTimezone else { throw nesting(inner, in: call) }
            }
        case .conversion: try conversion(call, function, of: groups, at: clause)
        case .fields:
            try require(call, clause, in: [.select])
            guard call.fieldGroup != nil else {
                throw malformed(
                    "\(call.name) takes ALL, STANDARD or CUSTOM",
                    at: call.argument.range
                )
            }
        }
    }

    private func conversion(
        _ call: FunctionCall,
        _ function: Function,
        of groups: Groups,
        at clause: Clause
    ) throws(SOQLError) {
        switch function {
        case .convertTimezone:
            throw malformed("\(call.name) stands only in a date function", at: call.range)
        case .format:
            try require(call, clause, in: [.select])
            guard case .call(let inner) = call.argument else { return }
            guard let kind = inner.function?.kind,
                kind == .aggregate || kind == .date
                    || inner.function == .convertCurrency
            else { throw nesting(inner, in: call) }
            try self.function(inner, of: groups, at: clause)
        case .toLabel:
            try require(call, clause, in: [.select, .filter, .having])
            try requirePath(in: call)
        default:
            try require(call, clause, in: [.select])
            try requirePath(in: call)
        }
    }

    private func require(
        _ call: FunctionCall,
        _ clause: Clause,
        in clauses: [Clause]
    ) throws(SOQLError) {
        if clauses.contains(clause) { return }
        throw malformed("\(call.name) is not allowed in \(clause.rawValue)", at: call.range)
    }

    private func requirePath(in call: FunctionCall) throws(SOQLError) {
        if case .call(let inner) = call.argument { throw nesting(inner, in: call) }
    }

    private func nesting(_ inner: FunctionCall, in outer: FunctionCall) -> SOQLError {
        guard inner.function != nil else {
            return malformed("unknown function '\(inner.name)'", at: inner.name.range)
        }
        return malformed("\(outer.name) does not take \(inner.name)", at: inner.range)
    }

    private func unit(of distance: Distance) throws(SOQLError) {
        if distance.unit.isSameName(as: "mi") || distance.unit.isSameName(as: "km") { return }
        throw malformed("DISTANCE is in 'mi' or 'km'", at: distance.range)
    }
}
