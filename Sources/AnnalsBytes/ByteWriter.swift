/// Puts integers (most significant byte first), bytes and text behind one another.
package struct ByteWriter: Sendable {
    package var bytes: [UInt8]

    package init(reserving count: Int = 0) {
        bytes = []
        if count > 0 { bytes.reserveCapacity(count) }
    }

    package var count: Int { bytes.count }

    package mutating func append(_ value: UInt8) { bytes.append(value) }

    package mutating func append(_ value: UInt16) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ value: UInt32) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ value: UInt64) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ value: Int64) { append(UInt64(bitPattern: value)) }

    /// The six low bytes of `value`.
    package mutating func append48(_ value: UInt64) {
        append(UInt16(truncatingIfNeeded: value >> 32))
        append(UInt32(truncatingIfNeeded: value))
    }

    package mutating func append(_ value: RawSpan) { bytes.append(copying: value) }

    package mutating func append(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    /// The text's UTF-8, without a length.
    package mutating func append(utf8 text: String) { bytes.append(contentsOf: text.utf8) }

    /// `count` zero bytes.
    package mutating func appendZeros(_ count: Int) {
        bytes.append(contentsOf: repeatElement(0, count: count))
    }

    /// Writes `value` over the four bytes at `offset`, which were appended before.
    package mutating func patch(_ value: UInt32, at offset: Int) {
        bytes[offset] = UInt8(truncatingIfNeeded: value >> 24)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: value >> 16)
        bytes[offset + 2] = UInt8(truncatingIfNeeded: value >> 8)
        bytes[offset + 3] = UInt8(truncatingIfNeeded: value)
    }

    /// Writes `value` over the eight bytes at `offset`, which were appended before.
    package mutating func patch(_ value: UInt64, at offset: Int) {
        patch(UInt32(truncatingIfNeeded: value >> 32), at: offset)
        patch(UInt32(truncatingIfNeeded: value), at: offset + 4)
    }
}
