import AnnalsSOQL

/// Text as SOQL compares it: its bytes, in lowercase unless the field is case-sensitive.
enum NaiveText {
    static func bytes(_ text: String, isExact: Bool) -> [UInt8] {
        if isExact { return Array(text.utf8) }
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 + 0x20 : $0 }
        }
        return text.unicodeScalars.flatMap { Array($0.properties.lowercaseMapping.utf8) }
    }

    /// Whether the whole text is like the pattern: tries all possible texts for each `%`.
    static func matches(_ text: String, _ pattern: LikePattern, isExact: Bool) -> Bool {
        var rest = pattern.elements.map { element -> Piece in
            switch element {
            case .anyRun: .run
            case .anyCharacter: .one
            case .text(let text): .scalars(scalars(text, isExact: isExact))
            }
        }[...]
        return matches(scalars(text, isExact: isExact)[...], &rest)
    }

    private enum Piece {
        case run, one
        case scalars([Unicode.Scalar])
    }

    private static func scalars(_ text: String, isExact: Bool) -> [Unicode.Scalar] {
        Array(String(decoding: bytes(text, isExact: isExact), as: UTF8.self).unicodeScalars)
    }

    private static func matches(
        _ text: ArraySlice<Unicode.Scalar>,
        _ pattern: inout ArraySlice<Piece>
    ) -> Bool {
        guard let piece = pattern.first else { return text.isEmpty }
        var others = pattern.dropFirst()
        switch piece {
        case .one: return !text.isEmpty && matches(text.dropFirst(), &others)
        case .scalars(let scalars):
            return text.starts(with: scalars) && matches(text.dropFirst(scalars.count), &others)
        case .run:
            if others.isEmpty { return true }
            return (0...text.count).contains { matches(text.dropFirst($0), &others) }
        }
    }
}
