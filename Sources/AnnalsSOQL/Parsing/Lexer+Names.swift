extension Lexer {
    /// What a token can begin with.
    enum ByteClass: UInt8 {
        case letter, digit, quote
        /// Part of a character beyond ASCII.
        case wide
        case other
    }

    static let classes: [ByteClass] = (0...255).map { byte in
        switch UInt8(byte) {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): .letter
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
        case UInt8(ascii: "'"): .quote
        case 0x80...0xFF: .wide
        default: .other
        }
    }

    /// A name, or a path if a dot and another letter follow without a gap.
    func name(from start: Int) -> Token {
        var end = nameEnd(from: start)
        var kind = Token.Kind.name
        while bytes[end] == UInt8(ascii: "."), beginsName(at: end + 1) {
            kind = .path
            end = nameEnd(from: end + 1)
        }
        var token = Token(kind: kind, start: start, end: end)
        if kind == .name, end - start <= Keyword.lengthMax, let word = Word(bytes[start..<end]) {
            token.keyword = Keyword.byWord[word]
        }
        return token
    }

    private func beginsName(at place: Int) -> Bool {
        switch Lexer.classes[Int(bytes[place])] {
        case .letter: true
        case .wide: letterWidth(at: place) > 0
        case .digit, .quote, .other: false
        }
    }

    private func nameEnd(from start: Int) -> Int {
        var place = start
        while true {
            let byte = bytes[place]
            switch Lexer.classes[Int(byte)] {
            case .letter, .digit: place += 1
            case .other where byte == UInt8(ascii: "_"): place += 1
            case .wide:
                let width = letterWidth(at: place)
                if width == 0 { return place }
                place += width
            case .quote, .other: return place
            }
        }
    }

    /// Bytes of the non-ASCII letter at `place`; 0 if there is no letter.
    func letterWidth(at place: Int) -> Int {
        let end = scalarEnd(from: place)
        guard let scalar = String(decoding: bytes[place..<end], as: UTF8.self).unicodeScalars.first
        else { return 0 }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return end - place
        default: return 0
        }
    }

    /// Where the character that begins at `start` ends.
    func scalarEnd(from start: Int) -> Int {
        var end = start + 1
        while end < count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }
}
