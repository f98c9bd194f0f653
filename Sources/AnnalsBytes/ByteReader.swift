/// Reads back what ``ByteWriter`` wrote, in place.
@usableFromInline package struct ByteReader: ~Escapable {
    @usableFromInline let bytes: RawSpan
    @usableFromInline package var offset = 0

    @inlinable @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) { self.bytes = bytes }

    @inlinable package var isAtEnd: Bool { offset == bytes.byteCount }
    @inlinable package var remaining: Int { bytes.byteCount - offset }

    @inlinable @_lifetime(self: copy self)
    package mutating func uint8() throws(Malformed) -> UInt8 {
        let value = try bytes.uint8(at: offset)
        offset += 1
        return value
    }

    @inlinable @_lifetime(self: copy self)
    package mutating func uint16() throws(Malformed) -> UInt16 {
        let value = try bytes.uint16(at: offset)
        offset += 2
        return value
    }

    @inlinable @_lifetime(self: copy self)
    package mutating func uint32() throws(Malformed) -> UInt32 {
        let value = try bytes.uint32(at: offset)
        offset += 4
        return value
    }

    @inlinable @_lifetime(self: copy self)
    package mutating func uint48() throws(Malformed) -> UInt64 {
        let value = try bytes.uint48(at: offset)
        offset += 6
        return value
    }

    @inlinable @_lifetime(self: copy self)
    package mutating func uint64() throws(Malformed) -> UInt64 {
        let value = try bytes.uint64(at: offset)
        offset += 8
        return value
    }

    @inlinable @_lifetime(self: copy self)
    package mutating func int64() throws(Malformed) -> Int64 {
        Int64(bitPattern: try uint64())
    }

    @inlinable @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func span(count: Int) throws(Malformed) -> RawSpan {
        let slice = try bytes.slice(at: offset, count: count)
        offset += count
        return slice
    }

    @_lifetime(self: copy self)
    package mutating func text(count: Int) throws(Malformed) -> String {
        let start = offset
        let slice = try span(count: count)
        do throws(Malformed) {
            return try slice.text()
        } catch {
            throw Malformed("UTF-8", offset: start)
        }
    }
}
