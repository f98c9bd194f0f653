extension Printer {
    mutating func expression(_ expression: Expression) {
        switch expression {
        case .path(let path): write(path.description)
        case .call(let call):
            write("\(call.name)(")
            self.expression(call.argument)
            write(")")
        case .distance(let distance):
            write("DISTANCE(\(distance.path), GEOLOCATION(")
            write("\(distance.latitude.text), \(distance.longitude.text)), ")
            quoted(distance.unit)
            write(")")
        }
    }

    mutating func condition(_ condition: Condition) {
        switch condition {
        case .comparison(let comparison): self.comparison(comparison)
        case .not(let negated):
            write("NOT ")
            term(negated)
        case .and(let terms): chain(terms, " AND ")
        case .or(let terms): chain(terms, " OR ")
        }
    }

    private mutating func chain(_ terms: [Condition], _ connective: String) {
        for (place, term) in terms.enumerated() {
            if place > 0 { write(connective) }
            self.term(term)
        }
    }

    /// Everything that is not a comparison is written in parentheses, under NOT and in a chain
    /// alike.
    private mutating func term(_ term: Condition) {
        if case .comparison(let comparison) = term {
            self.comparison(comparison)
        } else {
            write("(")
            condition(term)
            write(")")
        }
    }

    private mutating func comparison(_ comparison: Comparison) {
        expression(comparison.left)
        write(" \(comparison.operator.rawValue) ")
        switch comparison.right {
        case .value(let literal): self.literal(literal)
        case .list(let literals):
            write("(")
            list(literals) { $0.literal($1) }
            write(")")
        case .semiJoin(let semiJoin): self.semiJoin(semiJoin)
        }
    }
}
