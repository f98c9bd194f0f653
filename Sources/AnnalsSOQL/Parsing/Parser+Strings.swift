// Strings and their escapes (Specification: soql 1.3).
extension Parser {
    /// The next token, which must be a string.
    mutating func plainString() throws(SOQLError) -> String {
        guard token.kind == .string else { throw unexpected() }
        if !token.hasEscape {
            defer { advance() }
            return string(token.start + 1, token.end - 1)
        }
        var text: [UInt8] = []
        var place = token.start + 1
        while place < token.end - 1 {
            let byte = lexer.bytes[place]
            if byte == UInt8(ascii: "\\") {
                text.append(contentsOf: try escape(at: &place))
            } else {
                text.append(byte)
                place += 1
            }
        }
        advance()
        return String(decoding: text, as: UTF8.self)
    }

    /// A string of a condition.
    mutating func boundedString() throws(SOQLError) -> String {
        let token = token
        let text = try plainString()
        try checkLength(of: text, token)
        return text
    }

    /// The string on the right of LIKE.
    mutating func likePattern() throws(SOQLError) -> LikePattern {
        let token = token
        var elements: [LikePattern.Element] = []
        var run: [UInt8] = []
        func endRun() {
            if run.isEmpty { return }
            elements.append(.text(String(decoding: run, as: UTF8.self)))
            run.removeAll(keepingCapacity: true)
        }
        var place = token.start + 1
        while place < token.end - 1 {
            let byte = lexer.bytes[place]
            switch byte {
            case UInt8(ascii: "%"):
                endRun()
                elements.append(.anyRun)
                place += 1
            case UInt8(ascii: "_"):
                endRun()
                elements.append(.anyCharacter)
                place += 1
            case UInt8(ascii: "\\"):
                let next = lexer.bytes[place + 1]
                if next == UInt8(ascii: "%") || next == UInt8(ascii: "_") {
                    run.append(next)
                    place += 2
                } else {
                    run.append(contentsOf: try escape(at: &place))
                }
            default:
                run.append(byte)
                place += 1
            }
        }
        endRun()
        let pattern = LikePattern(elements)
        try checkLength(of: string(token.start + 1, token.end - 1), token)
        advance()
        return pattern
    }

    private func checkLength(of string: String, _ token: Token) throws(SOQLError) {
        if string.utf8.count <= Dialect.stringLengthMax { return }
        if string.utf16.count <= Dialect.stringLengthMax { return }
        throw malformed(
            "a string of a condition has at most \(Dialect.stringLengthMax) characters",
            at: range(of: token)
        )
    }

    /// The bytes that an escape stands for; `place` moves past it.
    private func escape(at place: inout Int) throws(SOQLError) -> [UInt8] {
        let start = place
        let letter = lexer.bytes[start + 1]
        place += 2
        switch letter.foldedASCII {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "b"): return [Dialect.escapeB]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): return [letter]
        case UInt8(ascii: "u"):
            if let scalar = unicodeEscape(at: &place) {
                return Array(String(Character(scalar)).utf8)
            }
        default: break
        }
        let end = min(lexer.scalarEnd(from: start + 1), token.end - 1)
        throw malformed(
            "no such escape in a string: '\(string(start, end))'",
            at: SourceRange(start, end)
        )
    }

    /// Four hexadecimal digits, or twice that for what UTF-16 writes as a surrogate pair.
    private func unicodeEscape(at place: inout Int) -> Unicode.Scalar? {
        guard let unit = hexadecimal(at: place) else { return nil }
        place += 4
        guard unit & 0xFC00 == 0xD800 else { return Unicode.Scalar(unit) }
        guard lexer.bytes[place] == UInt8(ascii: "\\"),
            lexer.bytes[place + 1].foldedASCII == UInt8(ascii: "u"),
            let low = hexadecimal(at: place + 2), low & 0xFC00 == 0xDC00
        else { return nil }
        place += 6
        return Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF)
    }

    private func hexadecimal(at start: Int) -> UInt32? {
        guard start + 4 < token.end else { return nil }
        var value: UInt32 = 0
        for byte in lexer.bytes[start..<start + 4] {
            switch byte.foldedASCII {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte & 0x0F)
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt32(byte.foldedASCII - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
