internal import AnnalsBytes

/// Text in the form in which queries compare it: every scalar in lower case, in UTF-8.
///
/// The same folding as in the keys of indexes, so that an index finds what a scan would.
enum FoldedText {
    static func bytes(of text: String) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(text.utf8.count)
        append(text, to: &folded)
        return folded
    }

    static func append(_ text: String, to folded: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                folded.append(lowered(UInt8(truncatingIfNeeded: scalar.value)))
            } else {
                folded.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            }
        }
    }

    static func bytes(of text: RawSpan) throws(Malformed) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(text.byteCount)
        for offset in 0..<text.byteCount {
            let byte = try text.uint8(at: offset)
            if byte >= 0x80 { return bytes(of: try text.text()) }
            folded.append(lowered(byte))
        }
        return folded
    }

    @inline(__always) static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// Below, at or above zero as `text` sorts before, with or after `folded`, which is folded
    /// already.
    static func compare(_ text: RawSpan, _ folded: [UInt8]) throws(Malformed) -> Int {
        let count = min(text.byteCount, folded.count)
        for offset in 0..<count {
            let byte = try text.uint8(at: offset)
            if byte >= 0x80 { return compare(try bytes(of: text), folded) }
            let (left, right) = (lowered(byte), folded[offset])
            if left != right {
                return left < right ? -1 : 1
            }
        }
        // The whole of the shorter one matches, and no scalar folds to nothing.
        return text.byteCount - folded.count
    }

    static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
        left.rawSpan.compare(to: right.rawSpan)
    }
}
