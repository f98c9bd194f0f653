internal import Glibc

extension [UInt8] {
    /// The array's bytes.
    ///
    /// A `UInt8` has no padding, so no uninitialized memory can show.
    @inlinable package var rawSpan: RawSpan {
        @_lifetime(borrow self)
        get { unsafe span.bytes }
    }

    /// A copy of the span's bytes.
    package init(copying bytes: RawSpan) {
        self = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// Appends a copy of the span's bytes.
    @inlinable package mutating func append(copying bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe self.append(contentsOf: $0) }
    }
}

// Concrete, not generic: a generic function is not specialized across a module boundary, and a scan
// of modification times took twice as long because of it. Inlinable: each is a few instructions,
// and there are several dozen per record.
extension RawSpan {
    @inlinable package func uint8(at offset: Int) throws(Malformed) -> UInt8 {
        guard offset >= 0, offset < byteCount else { throw Malformed("a byte", offset: offset) }
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    @inlinable package func uint16(at offset: Int) throws(Malformed) -> UInt16 {
        guard offset >= 0, offset <= byteCount &- 2 else {
            throw Malformed("two bytes", offset: offset)
        }
        return unsafe UInt16(
            bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self)
        )
    }

    @inlinable package func uint32(at offset: Int) throws(Malformed) -> UInt32 {
        guard offset >= 0, offset <= byteCount &- 4 else {
            throw Malformed("four bytes", offset: offset)
        }
        return unsafe UInt32(
            bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self)
        )
    }

    /// Six bytes, most significant first.
    @inlinable package func uint48(at offset: Int) throws(Malformed) -> UInt64 {
        guard offset >= 0, offset <= byteCount &- 6 else {
            throw Malformed("six bytes", offset: offset)
        }
        return UInt64(try uint16(at: offset)) << 32 | UInt64(try uint32(at: offset &+ 2))
    }

    @inlinable package func uint64(at offset: Int) throws(Malformed) -> UInt64 {
        guard offset >= 0, offset <= byteCount &- 8 else {
            throw Malformed("eight bytes", offset: offset)
        }
        return unsafe UInt64(
            bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
        )
    }

    @inlinable package func int64(at offset: Int) throws(Malformed) -> Int64 {
        Int64(bitPattern: try uint64(at: offset))
    }

    /// The `count` bytes from `offset`.
    @inlinable @_lifetime(copy self)
    package func slice(at offset: Int, count: Int) throws(Malformed) -> RawSpan {
        guard offset >= 0, count >= 0, count <= byteCount, offset <= byteCount &- count else {
            throw Malformed("more bytes", offset: offset)
        }
        return extracting(offset..<(offset &+ count))
    }

    /// Whether no byte is above 0x7F.
    @inlinable package var isASCII: Bool {
        var bits: UInt64 = 0
        var offset = 0
        while offset <= byteCount &- 8 {
            bits |= unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
            offset &+= 8
        }
        while offset < byteCount {
            bits |= UInt64(unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self))
            offset &+= 1
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }

    /// The bytes as UTF-8 text.
    package func text() throws(Malformed) -> String {
        let text: String? = unsafe withUnsafeBytes { bytes in
            let bytes = unsafe bytes.assumingMemoryBound(to: UInt8.self)
            guard let utf8 = try? UTF8Span(validating: unsafe bytes.span) else { return nil }
            return String(copying: utf8)
        }
        guard let text else { throw Malformed("UTF-8", offset: 0) }
        return text
    }

    /// Whether both have the same bytes.
    @inlinable package func isEqual(to other: RawSpan) -> Bool {
        byteCount == other.byteCount && compare(to: other) == 0
    }

    /// Below, at or above zero as the bytes sort before, with or after `other`'s.
    @usableFromInline package func compare(to other: RawSpan) -> Int {
        let order = unsafe withUnsafeBytes { mine in
            unsafe other.withUnsafeBytes { theirs in
                guard let left = mine.baseAddress, let right = theirs.baseAddress else { return 0 }
                return unsafe Int(memcmp(left, right, Swift.min(mine.count, theirs.count)))
            }
        }
        return order != 0 ? order : byteCount - other.byteCount
    }
}

extension MutableRawSpan {
    /// Stores eight bytes, most significant first, at `offset`, which must be within bounds.
    @inlinable @_lifetime(self: copy self)
    package mutating func put(_ value: UInt64, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt64.self)
    }

    /// Stores four bytes, most significant first, at `offset`, which must be within bounds.
    @inlinable @_lifetime(self: copy self)
    package mutating func put(_ value: UInt32, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    /// Stores a copy of `value` at `offset`, which must be within bounds.
    @inlinable @_lifetime(self: copy self)
    package mutating func put(_ value: RawSpan, at offset: Int) {
        precondition(
            offset >= 0 && value.byteCount <= byteCount - offset,
            "there is room for the bytes"
        )
        unsafe withUnsafeMutableBytes { all in
            unsafe value.withUnsafeBytes { bytes in
                guard let from = bytes.baseAddress, let to = all.baseAddress else { return }
                unsafe (to + offset).copyMemory(from: from, byteCount: bytes.count)
            }
        }
    }
}
