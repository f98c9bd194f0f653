import AnnalsJSON

// A value may contain anything, and a terminal obeys what it is shown: escape sequences, and the
// controls that change the direction of text, are written out are.

extension String {
    /// The text in one line that cannot control a terminal.
    var safeForTerminal: String {
        guard unicodeScalars.contains(where: \.commandsTerminals) else { return self }
        var safe = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": safe += "\\n"
            case "\r": safe += "\\r"
            case "\t": safe += "\\t"
            case _ where scalar.commandsTerminals:
                safe += "\\u{\(String(scalar.value, radix: 16))}"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// At most `count` characters; the last is an ellipsis if some are missing.
    func cut(to count: Int) -> String {
        guard let end = index(startIndex, offsetBy: count, limitedBy: endIndex), end < endIndex
        else { return self }
        return self[..<index(before: end)] + "…"
    }

    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

/// The few colors that are used, none if there is no terminal that shows them.
enum Colour: String {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
    case faint = "2"

    func callAsFunction(_ text: String) -> String {
        Output.hasColours ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
