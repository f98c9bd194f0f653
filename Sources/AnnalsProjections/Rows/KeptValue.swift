package import AnnalsBytes

/// A value followed by a checksum of key and value.
///
/// For what cannot be rebuilt from the log this is the only protection against changes; definitions
/// of objects have it because everything else is interpreted by them, before anyone verifies.
package enum KeptValue {
    private static let checksumByteCount = 4

    /// The value as it is stored.
    package static func sealed(_ value: [UInt8], key: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(reserving: value.count + checksumByteCount)
        writer.append(value)
        writer.append(checksum(key.rawSpan, value.rawSpan))
        return writer.bytes
    }

    /// The value in the stored bytes.
    @_lifetime(copy bytes)
    package static func opened(_ bytes: RawSpan, key: RawSpan) throws(Malformed) -> RawSpan {
        guard bytes.byteCount >= checksumByteCount else {
            throw Malformed("a value with a checksum", offset: 0)
        }
        let count = bytes.byteCount - checksumByteCount
        let value = bytes.extracting(0..<count)
        guard try bytes.uint32(at: count) == checksum(key, value) else {
            throw Malformed("the checksum of the value", offset: count)
        }
        return value
    }

    private static func checksum(_ key: RawSpan, _ value: RawSpan) -> UInt32 {
        var crc = CRC32C()
        // Including its length, so that no byte can move from one to the other.
        crc.update(UInt64(key.byteCount))
        crc.update(key)
        crc.update(value)
        return crc.value
    }
}
