/// One word that the query's author chose or the schema has: a field, an object, an alias.
///
/// SOQL ignores case in names, but responds in the API's spelling, so the tree keeps what was
/// typed. `==` compares as typed; ``matches(_:)-(Name)`` as SOQL does.
package struct Name: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package var text: String
    package var range: SourceRange

    package init(_ text: String, range: SourceRange = .init()) {
        self.text = text
        self.range = range
    }

    package init(stringLiteral value: String) { self.init(value) }

    package var description: String { text }

    /// The name in lower case: equal for names that are the same to SOQL.
    package var folded: String { text.foldedName }

    package func matches(_ other: Name) -> Bool { matches(other.text) }

    package func matches(_ other: String) -> Bool { text.isSameName(as: other) }
}

/// Names joined by dots: relationships, and at the end a field (Specification: soql 3.1).
///
/// The first may be the object itself or an alias from FROM: only the sources can tell.
package struct Path: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// Never empty.
    package var segments: [Name]
    package var range: SourceRange

    package init(_ segments: [Name], range: SourceRange = .init()) {
        self.segments = segments
        self.range = range
    }

    /// The path that `value` spells, cut at its dots.
    package init(stringLiteral value: String) {
        self.init(value.split(separator: ".").map { Name(String($0)) })
    }

    package var description: String { segments.map(\.text).joined(separator: ".") }

    /// The last segment: the field.
    package var last: Name { segments[segments.count - 1] }

    /// The path in lower case: equal for paths that are the same to SOQL.
    package var folded: String { description.foldedName }

    package func matches(_ other: Path) -> Bool {
        segments.count == other.segments.count
            && zip(segments, other.segments).allSatisfy { $0.matches($1) }
    }
}

extension String {
    /// Whether both are the same name to SOQL.
    ///
    /// The names of the API are ASCII; any other letter is compared exactly.
    func isSameName(as other: String) -> Bool {
        let (left, right) = (utf8, other.utf8)
        guard left.count == right.count else { return false }
        return zip(left, right).allSatisfy { $0.foldedASCII == $1.foldedASCII }
    }

    /// The name with ASCII letters in lower case: equal for names that are the same to SOQL.
    var foldedName: String { String(decoding: utf8.map(\.foldedASCII), as: UTF8.self) }
}

extension UInt8 {
    /// The byte with an upper-case ASCII letter made lower-case.
    var foldedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
