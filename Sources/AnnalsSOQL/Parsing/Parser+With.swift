// WITH in its three meanings (Specification: soql 2.1, 10.1).
extension Parser {
    /// One filter at most, and then any number of modes.
    mutating func with(_ query: inout Query) throws(SOQLError) {
        var mayFilter = true
        while skip(.with) {
            if mayFilter, token.keyword == .data, following().keyword == .category {
                query.categories = try categories()
            } else {
                let name = try name()
                if mayFilter, token.kind == .equal {
                    query.named = try namedFilter(name)
                } else {
                    query.modes.append(Mode(name, try modeArguments()))
                }
            }
            mayFilter = false
        }
    }

    /// What follows WITH's name: an equals sign and a string.
    mutating func namedFilter(_ name: Name) throws(SOQLError) -> NamedFilter {
        try expect(.equal)
        return NamedFilter(name, equals: try plainString())
    }

    mutating func categories() throws(SOQLError) -> [CategoryFilter] {
        advance()
        advance()
        var filters = [try category()]
        while skip(.and) { filters.append(try category()) }
        return filters
    }

    private mutating func category() throws(SOQLError) -> CategoryFilter {
        let group = try name()
        let selector: CategoryFilter.Selector
        switch token.keyword {
        case .at: selector = .at
        case .above: selector = .above
        case .below: selector = .below
        case .aboveOrBelow: selector = .aboveOrBelow
        default: throw unexpected()
        }
        advance()
        guard skip(.open) else { return CategoryFilter(group, selector, [try name()]) }
        let names = try list { parser throws(SOQLError) in try parser.name() }
        try expect(.close)
        return CategoryFilter(group, selector, names)
    }

    private mutating func modeArguments() throws(SOQLError) -> [Mode.Argument] {
        guard skip(.open) else { return [] }
        let arguments = try list { parser throws(SOQLError) in
            let name = try parser.name()
            try parser.expect(.equal)
            return Mode.Argument(name, try parser.modeValue())
        }
        try expect(.close)
        return arguments
    }

    private mutating func modeValue() throws(SOQLError) -> Mode.Argument.Value {
        if token.kind == .string { return .text(try plainString()) }
        if token.kind == .integer {
            defer { advance() }
            return .number(Number(digits: string(token)))
        }
        if skip(.true) { return .boolean(true) }
        if skip(.false) { return .boolean(false) }
        throw missingValue()
    }
}
