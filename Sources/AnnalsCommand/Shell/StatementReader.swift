/// Splits lines into statements at the semicolons that are not in a string.
struct StatementReader {
    struct Statement: Equatable {
        let text: String
        /// The line that it begins on.
        let line: Int
    }

    /// What was read since the last semicolon.
    private(set) var begun = ""
    private(set) var lineNumber = 0
    private var firstLine = 0

    var hasBegun: Bool { !begun.isEmpty }

    /// The statements that end with this line.
    mutating func read(_ line: String) -> [Statement] {
        lineNumber += 1
        var statements: [Statement] = []
        if hasBegun { begun += "\n" }
        // A string ends with its line: SOQL has none that continues.
        var isInString = false
        var isEscaped = false
        // Scalars: a combining mark after a quote does not make it another character.
        for character in line.unicodeScalars {
            if character == ";", !isInString {
                if let statement = end() { statements.append(statement) }
                continue
            }
            if !hasBegun {
                if character.properties.isWhitespace { continue }
                firstLine = lineNumber
            }
            begun.unicodeScalars.append(character)
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = isInString
            } else if character == "'" {
                isInString.toggle()
            }
        }
        return statements
    }

    /// The unfinished statement, if no semicolon came; afterwards there is none.
    mutating func end() -> Statement? {
        let text = begun.trimmed
        begun = ""
        return text.isEmpty ? nil : Statement(text: text, line: firstLine)
    }

    /// Counts a line that is not part of a statement.
    mutating func skip() { lineNumber += 1 }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
