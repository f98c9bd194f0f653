// `:name`, where Apex has it: on the right of a comparison, for a list after IN, and in LIMIT and OFFSET.
extension Parser {
    /// Whether the next token begins a bound value.
    var isBinding: Bool { token.kind == .colon && options.bindings != nil }

    /// Whether a bound value follows the next token.
    var isBindingNext: Bool { options.bindings != nil && following().kind == .colon }

    /// One value, as the literal that it stands for.
    mutating func boundLiteral(inLike: Bool) throws(SOQLError) -> Literal.Value {
        let (name, bound, range) = try binding()
        guard case .value(let value) = bound else {
            throw invalid("a list is bound to :\(name), which can stand only after IN", at: range)
        }
        guard inLike else { return value }
        guard case .text(let text) = value else {
            throw invalid("LIKE takes a text, which :\(name) is not", at: range)
        }
        return .pattern(LikePattern(bound: text))
    }

    /// The values of a list: `IN :names`.
    mutating func boundList() throws(SOQLError) -> [Literal] {
        let (name, bound, range) = try binding()
        guard case .list(let values) = bound else {
            throw invalid("IN takes a list, which :\(name) is not", at: range)
        }
        return values.map { Literal($0, range: range) }
    }

    /// The number of LIMIT or OFFSET.
    mutating func boundInteger() throws(SOQLError) -> Int {
        let (name, bound, range) = try binding()
        guard case .value(.number(let number)) = bound, let integer = number.integer,
            let value = Int(exactly: integer)
        else { throw invalid("a whole number is wanted, which :\(name) is not", at: range) }
        return value
    }

    private mutating func binding() throws(SOQLError) -> (String, Bindings.Bound, SourceRange) {
        let start = token.start
        advance()
        // Interpolated values have numbers for names.
        guard token.kind == .name || token.kind == .integer else { throw unexpected() }
        let name = string(token)
        advance()
        let range = range(from: start)
        guard let bound = options.bindings?[name] else {
            throw SOQLError(
                .unknownBinding,
                "no value is bound to :\(name)",
                at: range,
                in: text
            )
        }
        used.insert(name.foldedName)
        return (name, bound, range)
    }

    /// What was bound has to be asked for: a name with a misprint, or one within quotes, is not.
    func checkUsed(_ query: Query) throws(SOQLError) {
        guard let unused = options.bindings?.unused(used) else { return }
        throw SOQLError(
            .unusedBinding,
            "a value is bound to :\(unused), which the query does not name outside of quotes",
            at: query.ranges.query,
            in: text
        )
    }

    private func invalid(_ message: String, at range: SourceRange) -> SOQLError {
        SOQLError(.invalidBinding, message, at: range, in: text)
    }
}

extension LikePattern {
    /// The pattern that a bound text is: `%` and `_` mean what they mean in a pattern, `\%`, `\_` and
    /// `\\` the characters themselves, and any other backslash is one.
    init(bound text: String) {
        var elements: [Element] = []
        var run: [UInt8] = []
        func endRun() {
            if run.isEmpty { return }
            elements.append(.text(String(decoding: run, as: UTF8.self)))
            run.removeAll()
        }
        let special = [UInt8(ascii: "%"), UInt8(ascii: "_"), UInt8(ascii: "\\")]
        var bytes = text.utf8.makeIterator()
        var next = bytes.next()
        while let byte = next {
            next = bytes.next()
            switch byte {
            case UInt8(ascii: "%"):
                endRun()
                elements.append(.anyRun)
            case UInt8(ascii: "_"):
                endRun()
                elements.append(.anyCharacter)
            case UInt8(ascii: "\\"):
                if let escaped = next, special.contains(escaped) {
                    run.append(escaped)
                    next = bytes.next()
                } else {
                    run.append(byte)
                }
            default: run.append(byte)
            }
        }
        endRun()
        self.init(elements)
    }
}
