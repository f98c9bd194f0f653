/// What can be determined about a statement that is being typed: the queries in it, the object of
/// each, and where among them a word is.
///
/// The parser accepts complete queries only. This accepts anything, and guesses.
struct StatementShape {
    /// The statement's query, or one in parentheses.
    struct Part {
        /// The one that contains it.
        var outer: Int?
        /// Whether its records are children: it is in SELECT.
        var isOfChildren = false
        /// The last clause that has begun, in upper case.
        var clause = ""
        /// The word after FROM.
        var source: String?
        var alias: String?
        fileprivate var last = ""
    }

    private(set) var parts = [Part()]
    /// The part that contains the word.
    private(set) var part = 0
    /// The clause that contains the word.
    private(set) var clause = ""
    /// The previous word, in upper case; a comma or a parenthesis if there is one in between.
    private(set) var previous = ""
    /// What has been typed of the word.
    let word: String

    /// - Parameter cursor: The end of the word that is being typed, in bytes.
    init(_ text: String, cursor: Int) {
        let bytes = Array(text.utf8)
        let end = min(max(0, cursor), bytes.count)
        var start = end
        while start > 0, Self.isOfName(bytes[start - 1]) { start -= 1 }
        word = String(decoding: bytes[start..<end], as: UTF8.self)
        read(Self.tokens(bytes), upTo: start, isWordBegun: start < end)
    }

    private mutating func read(_ tokens: [Token], upTo start: Int, isWordBegun: Bool) {
        var open = [0]
        var isFound = false
        for (index, token) in tokens.enumerated() {
            if !isFound, token.start >= start {
                note(open[open.count - 1])
                isFound = true
                if isWordBegun, token.start == start { continue }
            }
            let current = open[open.count - 1]
            switch token.text {
            case "(":
                parts[current].last = "("
                if tokens.dropFirst(index + 1).first?.text.uppercased() == "SELECT" {
                    let isOfChildren = parts[current].clause == "SELECT"
                    parts.append(Part(outer: current, isOfChildren: isOfChildren))
                    open.append(parts.count - 1)
                } else {
                    open.append(current)
                }
            case ")":
                if open.count > 1 { open.removeLast() }
                parts[open[open.count - 1]].last = ")"
            default: parts[current].take(token.text)
            }
        }
        if !isFound { note(open[open.count - 1]) }
    }

    private mutating func note(_ current: Int) {
        part = current
        clause = parts[current].clause
        previous = parts[current].last
    }

    private struct Token {
        let text: String
        let start: Int
    }

    /// Names with their dots, and signs; strings are one token.
    private static func tokens(_ bytes: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var place = 0
        while place < bytes.count {
            let start = place
            if isOfName(bytes[place]) {
                while place < bytes.count, isOfName(bytes[place]) { place += 1 }
            } else if bytes[place] == UInt8(ascii: "'") {
                place = endOfString(bytes, from: place)
            } else {
                place += 1
                if bytes[start] <= 0x20 { continue }
            }
            let text = String(decoding: bytes[start..<place], as: UTF8.self)
            tokens.append(Token(text: text, start: start))
        }
        return tokens
    }

    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var place = start + 1
        while place < bytes.count, bytes[place] != 0x0A {
            if bytes[place] == UInt8(ascii: "'") { return place + 1 }
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(place, bytes.count)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: ":"), 0x80...0xFF:
            true
        default: false
        }
    }
}

extension StatementShape.Part {
    private static let clauses: Set<String> = [
        "SELECT", "FROM", "WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR",
        "USING", "UPDATE",
    ]

    fileprivate mutating func take(_ text: String) {
        let word = text.uppercased()
        if Self.clauses.contains(word) {
            clause = word
        } else if clause == "FROM" {
            if source == nil {
                source = text
            } else if alias == nil, word != "AS", last != "," {
                alias = text
            }
        }
        last = word
    }
}
