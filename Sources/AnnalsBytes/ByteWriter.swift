/// Appends integers (most significant byte first), bytes and text one after another.
@usableFromInline package struct ByteWriter: Sendable {
    @usableFromInline package var bytes: [UInt8]

    @inlinable package init(reserving count: Int = 0) {
        bytes = []
        if count > 0 { bytes.reserveCapacity(count) }
    }

    @inlinable package var count: Int { bytes.count }

    @inlinable package mutating func append(_ value: UInt8) { bytes.append(value) }

    @inlinable package mutating func append(_ value: UInt16) {
        append(memoryOf: value.bigEndian)
    }

    @inlinable package mutating func append(_ value: UInt32) {
        append(memoryOf: value.bigEndian)
    }

    @inlinable package mutating func append(_ value: UInt64) {
        append(memoryOf: value.bigEndian)
    }

    @inlinable package mutating func append(_ value: Int64) { append(UInt64(bitPattern: value)) }

    /// - Parameter value: Must not have padding, whose bytes would be undefined.
    @inlinable @inline(__always)
    mutating func append(memoryOf value: some BitwiseCopyable) {
        unsafe withUnsafeBytes(of: value) { unsafe bytes.append(contentsOf: $0) }
    }

    /// The six low bytes of `value`.
    @inlinable package mutating func append48(_ value: UInt64) {
        append(
            memoryOf: (
                UInt16(truncatingIfNeeded: value >> 32).bigEndian,
                UInt16(truncatingIfNeeded: value >> 16).bigEndian,
                UInt16(truncatingIfNeeded: value).bigEndian
            )
        )
    }

    /// Two words at once: every single append costs a check of the capacity.
    @inlinable package mutating func append(_ first: UInt64, _ second: UInt64) {
        append(memoryOf: (first.bigEndian, second.bigEndian))
    }

    /// Four words at once.
    @inlinable package mutating func append(
        _ first: UInt64,
        _ second: UInt64,
        _ third: UInt64,
        _ fourth: UInt64
    ) {
        append(
            memoryOf: (first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian)
        )
    }

    @inlinable package mutating func append(_ value: RawSpan) { bytes.append(copying: value) }

    @inlinable package mutating func append(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    /// The text's UTF-8, without a length.
    @inlinable package mutating func append(utf8 text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends `count` bytes at once, zeros until `body` fills them.
    ///
    /// For values with many small parts: each separate append checks the capacity.
    @inlinable package mutating func append<Failure>(
        count: Int,
        _ body: (inout MutableRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        let start = bytes.count
        appendZeros(count)
        var elements = bytes.mutableSpan
        var all = unsafe elements.mutableBytes
        var part = all._mutatingExtracting(start..<(start + count))
        try body(&part)
    }

    /// `count` zero bytes.
    @inlinable package mutating func appendZeros(_ count: Int) {
        bytes.append(contentsOf: repeatElement(0, count: count))
    }

    /// Writes `value` over the two bytes at `offset`, which were appended before.
    @inlinable package mutating func patch(_ value: UInt16, at offset: Int) {
        var all = bytes.mutableSpan
        all[offset] = UInt8(value >> 8)
        all[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    /// Writes `value` over the four bytes at `offset`, which were appended before.
    @inlinable package mutating func patch(_ value: UInt32, at offset: Int) {
        patch(UInt16(value >> 16), at: offset)
        patch(UInt16(truncatingIfNeeded: value), at: offset + 2)
    }
}
