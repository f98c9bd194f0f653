extension Printer {
    mutating func literal(_ literal: Literal) {
        switch literal.value {
        case .text(let text): quoted(text)
        case .pattern(let pattern): self.pattern(pattern)
        case .number(let number): write(number.text)
        case .date(let date): write(date.description)
        case .dateTime(let milliseconds): dateTime(milliseconds)
        case .time(let milliseconds):
            time(milliseconds)
            write("Z")
        case .currency(let code, let amount): write(code + amount.text)
        case .boolean(let value): write(value ? "TRUE" : "FALSE")
        case .null: write("NULL")
        case .dateRange(let range): write(range.description)
        }
    }

    mutating func quoted(_ text: String) {
        write("'")
        write(Printer.escaped(text))
        write("'")
    }

    private mutating func pattern(_ pattern: LikePattern) {
        write("'")
        for element in pattern.elements {
            switch element {
            case .anyRun: write("%")
            case .anyCharacter: write("_")
            case .text(let text): write(Printer.escaped(text, inLike: true))
            }
        }
        write("'")
    }

    /// The text with what would end a string, or mean something else in it, escaped.
    private static func escaped(_ text: String, inLike: Bool = false) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            let letter: UInt8? =
                switch byte {
                case 0x0A: UInt8(ascii: "n")
                case 0x0D: UInt8(ascii: "r")
                case UInt8(ascii: "'"), UInt8(ascii: "\\"): byte
                case UInt8(ascii: "%"), UInt8(ascii: "_"): inLike ? byte : nil
                default: nil
                }
            if letter != nil { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(letter ?? byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The instant in UTC; one outside SOQL's years is written as the nearest within them.
    private mutating func dateTime(_ milliseconds: Int64) {
        let bounded = min(
            max(milliseconds, CivilDate.instants.lowerBound),
            CivilDate.instants.upperBound - 1
        )
        var (days, rest) = bounded.quotientAndRemainder(dividingBy: CivilDate.millisecondsOfDay)
        if rest < 0 {
            days -= 1
            rest += CivilDate.millisecondsOfDay
        }
        guard let date = CivilDate(daysSince1970: Int(days)) else { return }
        write("\(date)T")
        time(Int(rest))
        write("Z")
    }

    private mutating func time(_ milliseconds: Int) {
        let seconds = milliseconds / 1_000
        write(
            [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { $0.padded(to: 2) }
                .joined(separator: ":")
        )
        if milliseconds % 1_000 != 0 { write("." + (milliseconds % 1_000).padded(to: 3)) }
    }
}

extension CivilDate: CustomStringConvertible {
    /// As the API writes it: `2024-03-01`.
    package var description: String {
        "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))"
    }
}

extension Int {
    fileprivate func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
