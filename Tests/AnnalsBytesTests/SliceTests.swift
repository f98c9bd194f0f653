import AnnalsBytes
import Testing

struct `A slice` {
    private let bytes: [UInt8] = [10, 11, 12, 13]

    @Test func `holds the bytes from its offset on`() throws {
        let inner = [UInt8](copying: try bytes.rawSpan.slice(at: 1, count: 2))
        let whole = [UInt8](copying: try bytes.rawSpan.slice(at: 0, count: 4))
        let nothing = [UInt8](copying: try bytes.rawSpan.slice(at: 4, count: 0))

        #expect(inner == [11, 12])
        #expect(whole == bytes)
        #expect(nothing == [])
    }

    @Test(
        arguments: [
            (5, 0), (4, 1), (0, 5), (1, 4), (-1, 1), (0, -1), (2, -2), (Int.max, 1), (1, Int.max),
            (Int.max, Int.max), (Int.min, 1), (1, Int.min),
        ]
    )
    func `that reaches outside is refused`(offset: Int, count: Int) {
        #expect(throws: Malformed("more bytes", offset: offset)) {
            _ = try bytes.rawSpan.slice(at: offset, count: count).byteCount
        }
    }

    @Test func `compares as its bytes sort, the shorter first`() {
        let sorted: [[UInt8]] = [[], [0], [0, 0], [0, 255], [1], [127], [128], [255], [255, 0]]

        for (left, leftBytes) in sorted.enumerated() {
            for (right, rightBytes) in sorted.enumerated() {
                let order = leftBytes.rawSpan.compare(to: rightBytes.rawSpan)
                let isEqual = leftBytes.rawSpan.isEqual(to: rightBytes.rawSpan)
                #expect(order.signum() == (left - right).signum(), "\(leftBytes), \(rightBytes)")
                #expect(isEqual == (left == right))
            }
        }
    }
}

struct `Text` {
    @Test(arguments: ["", "a", "été", "名前", "👩‍👩‍👧", "\u{0}", "e\u{301}"])
    func `is read back scalar by scalar`(text: String) throws {
        var writer = ByteWriter()
        writer.append(utf8: text)

        let read = try writer.bytes.rawSpan.text()

        #expect(Array(read.unicodeScalars) == Array(text.unicodeScalars))
    }

    /// A lone continuation byte, a truncated sequence, an overlong zero, half a surrogate pair, a
    /// value
    /// beyond U+10FFFF, and bytes that never occur in UTF-8.
    @Test(
        arguments: [
            [0x80], [0xC3], [0xE2, 0x82], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0x61, 0xFE, 0x62],
        ] as [[UInt8]]
    )
    func `that is no UTF-8 is refused`(bytes: [UInt8]) {
        #expect(throws: Malformed("UTF-8", offset: 0)) { try bytes.rawSpan.text() }
    }
}
