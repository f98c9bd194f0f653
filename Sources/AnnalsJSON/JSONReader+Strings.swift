extension JSONReader {
    /// Reads the string whose quote comes next.
    mutating func string() throws(JSONError) -> String {
        let start = index + 1
        var end = start
        while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: "\""):
                move(to: end + 1)
                return try text(start..<end)
            case UInt8(ascii: "\\"): return try stringWithEscapes(from: start, firstAt: end)
            case 0..<0x20: throw control(at: end)
            default: end += 1
            }
        }
        throw endsTooEarly()
    }

    private mutating func stringWithEscapes(
        from start: Int,
        firstAt first: Int
    ) throws(JSONError) -> String {
        var text = try text(start..<first)
        var place = first
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                move(to: place + 1)
                return text
            case UInt8(ascii: "\\"):
                let escape = try escape(at: place)
                text.unicodeScalars.append(escape.scalar)
                place = escape.end
            case 0..<0x20: throw control(at: place)
            default:
                var end = place
                while end < bytes.count, bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\""),
                    bytes[end] != UInt8(ascii: "\\")
                {
                    end += 1
                }
                text += try self.text(place..<end)
                place = end
            }
        }
        throw endsTooEarly()
    }

    private func text(_ range: Range<Int>) throws(JSONError) -> String {
        do throws(UTF8.ValidationError) {
            let all = bytes.span
            return String(copying: try UTF8Span(validating: all.extracting(range)))
        } catch {
            throw malformed("it is not UTF-8", at: range.lowerBound + error.byteOffsets.lowerBound)
        }
    }

    private func control(at offset: Int) -> JSONError {
        malformed("a string holds the control character \(shown(at: offset))", at: offset)
    }

    private func escape(
        at start: Int
    ) throws(JSONError) -> (scalar: Unicode.Scalar, end: Int) {
        guard start + 1 < bytes.count else { throw endsTooEarly() }
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return ("\"", start + 2)
        case UInt8(ascii: "\\"): return ("\\", start + 2)
        case UInt8(ascii: "/"): return ("/", start + 2)
        case UInt8(ascii: "b"): return ("\u{8}", start + 2)
        case UInt8(ascii: "f"): return ("\u{C}", start + 2)
        case UInt8(ascii: "n"): return ("\n", start + 2)
        case UInt8(ascii: "r"): return ("\r", start + 2)
        case UInt8(ascii: "t"): return ("\t", start + 2)
        case UInt8(ascii: "u"): break
        default:
            throw malformed("a backslash stands before \(shown(at: start + 1))", at: start)
        }
        let unit = try codeUnit(at: start)
        if let scalar = Unicode.Scalar(unit) { return (scalar, start + 6) }
        let isHigh = unit < 0xDC00
        guard isHigh, start + 7 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\"),
            bytes[start + 7] == UInt8(ascii: "u"),
            case let low = try codeUnit(at: start + 6), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else {
            let digits = String(decoding: bytes[start + 2..<start + 6], as: UTF8.self)
            throw malformed("\\u\(digits) is half of a character", at: start)
        }
        return (scalar, start + 12)
    }

    /// The four hexadecimal digits of a `\u`.
    private func codeUnit(at start: Int) throws(JSONError) -> UInt32 {
        guard start + 6 <= bytes.count else { throw endsTooEarly() }
        var unit: UInt32 = 0
        for place in start + 2..<start + 6 {
            let byte = bytes[place]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46, 0x61...0x66: digit = (byte | 0x20) - 0x57
            default: throw malformed("a \\u has four hexadecimal digits", at: start)
            }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
