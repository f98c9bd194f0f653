// When two stored texts are equal: if their UTF-8 bytes are, as in the tables and the log.
//
// Swift compares strings by canonical equivalence: to it "é" as one scalar and "é" as two are one
// text, also as keys of a `Set` or a dictionary. To the store they are two, and no normal form is
// applied. So stored text is never compared with `==`, only by the functions here.

extension String {
    /// Whether the texts are the same to the store: byte by byte in UTF-8.
    package func isSameText(as other: String) -> Bool {
        // Equal texts are equivalent as well, and Swift finds short texts that are not at once.
        guard utf8.count == other.utf8.count, self == other else { return false }
        // Of ASCII what is equivalent, and not the same, is longer.
        if utf8Span.isKnownASCII { return true }
        let (left, right) = (utf8Span.span, other.utf8Span.span)
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    /// Whether the text contains U+0000.
    var holdsNull: Bool { utf8Span.span.holdsNull }

    /// Whether the texts are the same to the store if case is ignored.
    package func isSameTextIgnoringCase(as other: String) -> Bool {
        isSameText(as: other) || inSmallLetters.isSameText(as: other.inSmallLetters)
    }

    /// Whether two API names are the same: letter by letter in ASCII, ignoring case.
    ///
    /// Names have no other letters, and Swift takes the kelvin sign for a K.
    package func isSameName(as other: String) -> Bool {
        let (left, right) = (utf8Span.span, other.utf8Span.span)
        guard left.count == right.count else { return false }
        func small(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
        for index in left.indices where small(left[index]) != small(right[index]) { return false }
        return true
    }

    /// The text with every scalar in lower case, as in the keys of indexes (Format.md).
    ///
    /// Scalar by scalar: without normalization, and without regard to language or context.
    package var inSmallLetters: String {
        if utf8.allSatisfy({ $0 < 0x80 && $0 &- 0x41 >= 26 }) { return self }
        var small = ""
        small.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            if scalar.isASCII {
                let isCapital = scalar.value &- 0x41 < 26
                small.unicodeScalars.append(
                    isCapital ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar
                )
            } else {
                small.unicodeScalars.append(
                    contentsOf: scalar.properties.lowercaseMapping.unicodeScalars
                )
            }
        }
        return small
    }
}

extension Span<UInt8> {
    /// Whether there is a U+0000 in the text that has these bytes in UTF-8.
    ///
    /// By the least byte of all: without a way out the compiler looks at sixteen at once, and a text of 150
    /// bytes takes 110 instructions and not 920.
    var holdsNull: Bool {
        var least = UInt8.max
        for index in indices { least = Swift.min(least, self[index]) }
        return least == 0
    }
}

// On arrays and not sequences: generic code is called unspecialized from other modules, for every
// value of a picklist.
extension [String] {
    /// Whether one of the texts is the same to the store as `text`.
    package func containsText(_ text: String) -> Bool {
        for index in indices where self[index].isSameText(as: text) { return true }
        return false
    }
}

/// A stored text as a key of a set or a dictionary, compared by its UTF-8 bytes.
package struct TextKey: Hashable, Comparable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (left: TextKey, right: TextKey) -> Bool {
        left.text.isSameText(as: right.text)
    }

    package static func < (left: TextKey, right: TextKey) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        // Eight bytes at once: one at a time costs several times as much.
        var word: UInt64 = 0
        var count = 0
        for byte in text.utf8 {
            word = word << 8 | UInt64(byte)
            count += 1
            if count & 7 == 0 {
                hasher.combine(word)
                word = 0
            }
        }
        hasher.combine(word)
        hasher.combine(count)
    }
}
