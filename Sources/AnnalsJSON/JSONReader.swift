/// Reads JSON as defined by RFC 8259, and nothing else.
///
/// Rejected are trailing commas, comments, words such as `NaN`, numbers with a leading zero or a
/// plus sign, control characters in strings, lone surrogates, bytes that are not UTF-8, an object
/// with a key twice, and brackets nested deeper than ``depthMax``. A byte order mark at the start
/// of the text is skipped.
package struct JSONReader {
    /// Nested brackets: hostile nesting must not exhaust the stack.
    package static let depthMax = 128

    let bytes: [UInt8]
    private(set) var index: Int
    private var depth = 0
    /// Whether a value may begin where the previous one has ended.
    private var isApart = true

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next value, and where it begins; `nil` at the end of the text.
    ///
    /// A text may contain one value, one per line, or anything in between: only where two values
    /// could be taken for one there must be white space.
    package mutating func next() throws(JSONError) -> (value: JSONValue, offset: Int)? {
        let end = index
        skipSpace()
        guard index < bytes.count else { return nil }
        let start = index
        guard isApart || start > end else { throw unexpected() }
        let value = try value()
        switch value {
        case .array, .members: isApart = true
        default: isApart = false
        }
        return (value, start)
    }

    // MARK: Values

    private mutating func value() throws(JSONError) -> JSONValue {
        guard index < bytes.count else { throw endsTooEarly() }
        switch bytes[index] {
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: return try word()
        }
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= Self.depthMax else {
            throw malformed("more than \(Self.depthMax) brackets are open", at: index)
        }
        index += 1
        skipSpace()
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var values: [JSONValue] = []
        if skip("]") { return .array(values) }
        while true {
            values.append(try value())
            if try isLast(before: "]") { return .array(values) }
        }
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var members: [JSONValue.Member] = []
        var names = Names()
        if skip("}") { return .members(members) }
        while true {
            let start = index
            guard start < bytes.count else { throw endsTooEarly() }
            guard bytes[start] == UInt8(ascii: "\"") else {
                throw malformed(
                    "a key in quotes is expected, and not \(shown(at: start))",
                    at: start
                )
            }
            let name = try string()
            guard names.insert(name, among: members) else {
                throw JSONError(
                    .repeatedKey,
                    "an object has the key \"\(name)\" twice",
                    at: start,
                    in: bytes
                )
            }
            skipSpace()
            guard skip(":") else {
                guard index < bytes.count else { throw endsTooEarly() }
                throw malformed("a colon is expected, and not \(shown(at: index))", at: index)
            }
            members.append(JSONValue.Member(name: name, value: try value(), offset: start))
            if try isLast(before: "}") { return .members(members) }
        }
    }

    /// Skips the comma after a value, or the bracket that ends all of them.
    private mutating func isLast(before bracket: Unicode.Scalar) throws(JSONError) -> Bool {
        skipSpace()
        if skip(bracket) { return true }
        guard index < bytes.count else { throw endsTooEarly() }
        let comma = index
        guard skip(",") else {
            throw malformed(
                "a comma or '\(bracket)' is expected, and not \(shown(at: index))",
                at: index
            )
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: bracket) {
            throw malformed("a comma stands before '\(bracket)'", at: comma)
        }
        return false
    }

    private mutating func word() throws(JSONError) -> JSONValue {
        let start = index
        var end = index
        while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
        index = end
        switch String(decoding: bytes[start..<end], as: UTF8.self) {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "null": return .null
        case "":
            index = start
            throw unexpected()
        case let word:
            throw malformed("'\(word.prefix(40))' is neither true, false nor null", at: start)
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = index
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        let whole = index
        try skipDigits("a number has digits")
        if index - whole > 1, bytes[whole] == UInt8(ascii: "0") {
            throw malformed("a number begins with a needless zero", at: start)
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            try skipDigits("a number has digits after its point")
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[index]) {
                index += 1
            }
            try skipDigits("a number has digits in its exponent")
        }
        if index < bytes.count, Self.isWord(bytes[index]) || bytes[index] == UInt8(ascii: ".") {
            throw malformed("a number does not continue with \(shown(at: index))", at: start)
        }
        return .number(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func skipDigits(_ rule: String) throws(JSONError) {
        let start = index
        while index < bytes.count, Self.isDigit(bytes[index]) { index += 1 }
        guard index > start else {
            guard index < bytes.count else { throw endsTooEarly() }
            throw malformed("\(rule), and not \(shown(at: index))", at: index)
        }
    }

    // MARK: White space and errors

    /// Skips the byte and the white space after it, if it is there.
    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: scalar) else { return false }
        index += 1
        skipSpace()
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    mutating func move(to index: Int) { self.index = index }

    func malformed(_ finding: String, at offset: Int) -> JSONError {
        JSONError(.malformed, finding, at: offset, in: bytes)
    }

    func endsTooEarly() -> JSONError { malformed("it ends too early", at: bytes.count) }

    private func unexpected() -> JSONError {
        if index == 0, bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
            return malformed("it is UTF-16, and not UTF-8", at: 0)
        }
        return malformed("a value is expected, and not \(shown(at: index))", at: index)
    }

    /// What is there, for a message: only what can be shown is quoted.
    func shown(at offset: Int) -> String {
        let end = min(offset + 4, bytes.count)
        guard offset < end,
            let scalar = String(decoding: bytes[offset..<end], as: UTF8.self).unicodeScalars.first
        else { return "the end" }
        if bytes[offset] >= 0x80, scalar == "\u{FFFD}", bytes[offset] != 0xEF {
            return "a byte that is not UTF-8"
        }
        if scalar.commandsTerminals || scalar.properties.isWhitespace {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        return "'\(scalar)'"
    }
}

/// The keys of an object that is being read.
private struct Names {
    /// Fewer are compared one by one.
    private static let fewMax = 8
    /// By their bytes: keys are equal if these are.
    private var many: Set<[UInt8]> = []

    /// - Returns: Whether it is new.
    mutating func insert(_ name: String, among members: [JSONValue.Member]) -> Bool {
        if members.count < Self.fewMax {
            return !members.contains { $0.name.utf8.elementsEqual(name.utf8) }
        }
        if many.isEmpty { many = Set(members.map { Array($0.name.utf8) }) }
        return many.insert(Array(name.utf8)).inserted
    }
}

extension JSONValue {
    /// Reads a text that contains one value.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        var reader = JSONReader(bytes)
        guard let (value, _) = try reader.next() else { throw reader.endsTooEarly() }
        self = value
        guard let (_, offset) = try reader.next() else { return }
        throw reader.malformed("something follows its end", at: offset)
    }
}
