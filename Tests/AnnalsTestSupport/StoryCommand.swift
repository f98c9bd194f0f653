/// One call of a story: its name, tags in brackets, and its input.
///
///     create [allOrNone, as @ann]
///       @ng: Contact LastName=Ng Phone="+1 555 0100"
///       @ito: Contact LastName=Ito
public struct StoryCommand: Sendable {
    public let verb: String
    /// The tags in the brackets, by their first word.
    public let tags: [String: String]
    /// What follows the verb, and the lines that continue it, verbatim.
    public internal(set) var lines: [String]
    public let line: Int

    init(_ text: String, at line: Int) throws(StoryError) {
        self.line = line
        let verb = text.prefix { $0 != " " }
        self.verb = String(verb)
        var rest = text.dropFirst(verb.count).drop { $0 == " " }
        var tags: [String: String] = [:]
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else {
                throw StoryError(line, "a bracket is not closed")
            }
            for tag in rest[..<end].dropFirst().split(separator: ",") {
                let words = tag.split(separator: " ", maxSplits: 1).map(String.init)
                guard let name = words.first else { throw StoryError(line, "a tag is empty") }
                guard tags[name] == nil else {
                    throw StoryError(line, "\(name) stands there twice")
                }
                tags[name] = words.count > 1 ? words[1] : ""
            }
            rest = rest[end...].dropFirst().drop { $0 == " " }
        }
        self.tags = tags
        lines = rest.isEmpty ? [] : [String(rest)]
    }

    /// The whole input, line by line.
    public var text: String { lines.joined(separator: "\n") }

    /// The input as words, line by line; spaces within quotes do not separate words.
    public func words() throws(StoryError) -> [[String]] {
        var all: [[String]] = []
        for line in lines { all.append(try words(of: line)) }
        return all
    }

    private func words(of text: String) throws(StoryError) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if isQuoted {
                word.append(character)
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isQuoted = false
                }
            } else if character == " " {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
                isQuoted = character == "\""
            }
        }
        guard !isQuoted else { throw StoryError(line, "a quote is not closed: \(text)") }
        if !word.isEmpty { words.append(word) }
        return words
    }

    public func mistake(_ reason: String) -> StoryError { StoryError(line, reason) }
}

extension String {
    /// The text between quotes, with `\n`, `\t`, `\u{…}`, and `"x"*41` for 41 repetitions; `nil` if
    /// there are no quotes around it.
    public var unquoted: String? {
        guard first == "\"", let end = lastIndex(of: "\""), end > startIndex else { return nil }
        let suffix = self[end...].dropFirst()
        var count = 1
        if !suffix.isEmpty {
            guard suffix.first == "*", let given = Int(suffix.dropFirst()) else { return nil }
            count = given
        }
        var text = ""
        var rest = self[index(after: startIndex)..<end]
        while let character = rest.popFirst() {
            guard character == "\\" else {
                text.append(character)
                continue
            }
            switch rest.popFirst() {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "u":
                let digits = rest.dropFirst().prefix { $0 != "}" }
                rest = rest.dropFirst(digits.count + 2)
                guard let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else {
                    return nil
                }
                text.unicodeScalars.append(scalar)
            case let other?: text.append(other)
            case nil: return nil
            }
        }
        return String(repeating: text, count: count)
    }
}
