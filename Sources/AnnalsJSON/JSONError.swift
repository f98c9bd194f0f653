/// Why a text is rejected as JSON, and where.
package struct JSONError: Error, Hashable {
    package enum Kind: Sendable {
        /// It is not JSON.
        case malformed
        /// It is, but one object has a key twice, and it is undefined which of the two counts.
        case repeatedKey
    }

    package let kind: Kind
    /// What is wrong, to complete a sentence.
    package let finding: String
    /// The place in bytes from the start of the text.
    package let offset: Int
    /// The line of that place, and the character of the line; both counted from 1.
    package let line: Int
    package let character: Int

    init(_ kind: Kind, _ finding: String, at offset: Int, in bytes: [UInt8]) {
        self.kind = kind
        self.finding = finding
        self.offset = offset
        let before = bytes[..<min(offset, bytes.count)]
        line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        var characters = String(decoding: before[lineStart...], as: UTF8.self)[...]
        // A byte order mark at the start does not count as a character of the first line.
        if lineStart == 0, characters.unicodeScalars.first == "\u{FEFF}" {
            characters.unicodeScalars.removeFirst()
        }
        character = characters.count + 1
    }

    /// The finding as a sentence about the whole text.
    package var reason: String { kind == .malformed ? "it is not JSON: \(finding)" : finding }
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        kind == .malformed
            ? "\(reason), in line \(line) at character \(character)"
            : "\(reason), the second time in line \(line) at character \(character)"
    }
}
