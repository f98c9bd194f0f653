/// Splits the text into tokens, one at a time and from any place (Specification: soql 1).
///
/// It never fails: what is not a token becomes one of a kind that the grammar does not use, and the
/// error arises where the grammar encounters it.
struct Lexer {
    /// The text, terminated by a byte 0 so that looking at the next byte needs no test for the end.
    let bytes: [UInt8]
    let count: Int

    init(_ text: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 1)
        bytes.append(contentsOf: text.utf8)
        count = bytes.count
        bytes.append(0)
        self.bytes = bytes
    }

    /// The token that begins at `place` or after the white space there.
    func token(at place: Int) -> Token {
        let start = skippingSpace(from: place)
        let byte = bytes[start]
        switch Lexer.classes[Int(byte)] {
        case .letter: return name(from: start)
        case .digit: return number(from: start)
        case .quote: return string(from: start)
        case .other: break
        case .wide:
            if letterWidth(at: start) > 0 { return name(from: start) }
            return Token(kind: .unknown, start: start, end: scalarEnd(from: start))
        }
        let next = start < count ? bytes[start + 1] : 0
        switch (byte, next) {
        case (0, _) where start == count: return Token(kind: .endOfText, start: start, end: start)
        case (UInt8(ascii: ","), _): return Token(kind: .comma, start: start, end: start + 1)
        case (UInt8(ascii: "("), _): return Token(kind: .open, start: start, end: start + 1)
        case (UInt8(ascii: ")"), _): return Token(kind: .close, start: start, end: start + 1)
        case (UInt8(ascii: ":"), _): return Token(kind: .colon, start: start, end: start + 1)
        case (UInt8(ascii: "+"), _): return Token(kind: .plus, start: start, end: start + 1)
        case (UInt8(ascii: "-"), _): return Token(kind: .minus, start: start, end: start + 1)
        case (UInt8(ascii: "="), _): return Token(kind: .equal, start: start, end: start + 1)
        case (UInt8(ascii: "!"), UInt8(ascii: "=")), (UInt8(ascii: "<"), UInt8(ascii: ">")):
            return Token(kind: .notEqual, start: start, end: start + 2)
        case (UInt8(ascii: "<"), _): return ordering(.less, .lessOrEqual, from: start)
        case (UInt8(ascii: ">"), _): return ordering(.greater, .greaterOrEqual, from: start)
        case (UInt8(ascii: "."), UInt8(ascii: "0")...UInt8(ascii: "9")):
            return Token(kind: .decimal, start: start, end: digitsEnd(from: start + 1))
        default: return Token(kind: .unknown, start: start, end: start + 1)
        }
    }

    /// `<` or `<=`, and so on: a gap before the equals sign is allowed.
    private func ordering(_ plain: Token.Kind, _ orEqual: Token.Kind, from start: Int) -> Token {
        let next = skippingSpace(from: start + 1)
        return bytes[next] == UInt8(ascii: "=")
            ? Token(kind: orEqual, start: start, end: next + 1)
            : Token(kind: plain, start: start, end: start + 1)
    }

    private func skippingSpace(from start: Int) -> Int {
        var place = start
        while true {
            switch bytes[place] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                place += 1
            default: return place
            }
        }
    }

    private func string(from start: Int) -> Token {
        var place = start + 1
        var hasEscape = false
        while place < count {
            switch bytes[place] {
            case UInt8(ascii: "'"):
                var token = Token(kind: .string, start: start, end: place + 1)
                token.hasEscape = hasEscape
                return token
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                return Token(kind: .unterminated, start: start, end: place)
            case UInt8(ascii: "\\"):
                hasEscape = true
                // What it escapes is examined when the string is read; here it only cannot close
                // it.
                let next = bytes[place + 1]
                place += next == UInt8(ascii: "\n") || next == UInt8(ascii: "\r") ? 1 : 2
            default: place += 1
            }
        }
        return Token(kind: .unterminated, start: start, end: count)
    }
}
