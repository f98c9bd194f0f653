package import AnnalsBytes
package import AnnalsSchema

// Keys of the derived tables: most significant byte first, so that the order of bytes is the order
// of the values (Format.md, "Tables").

extension ByteWriter {
    /// A second as six bytes that ascend; 2^47 stands for 1970.
    package mutating func append(second: Int64) {
        append48(UInt64(bitPattern: second &+ (1 << 47)))
    }

    mutating func append(stamp time: Timestamp, serial: UInt64) {
        append(second: time.seconds)
        append48(serial)
    }

    mutating func append(stamp time: Timestamp, key: RecordKey) {
        append(second: time.seconds)
        append(key.packed)
    }
}

extension RawSpan {
    package func second(at offset: Int) throws(Malformed) -> Int64 {
        Int64(bitPattern: try uint48(at: offset)) &- (1 << 47)
    }
}

package enum ObjectCodeKey {
    package static func bytes(_ code: UInt16) -> [UInt8] { [UInt8(code >> 8), UInt8(code & 0xFF)] }
}

/// The form of a value in an index: bytes that sort as the values do.
package enum IndexKey {
    /// Bytes of a text that an index keeps; longer texts with the same beginning share an entry,
    /// and a lookup compares the record.
    package static let textByteCount = 100

    /// Appends the key of a field's bytes.
    package static func append(
        _ value: RawSpan,
        of kind: Field.Kind,
        to writer: inout ByteWriter
    ) throws(Malformed) {
        switch kind {
        case .string, .textarea, .phone, .email, .url, .picklist:
            try appendText(value, to: &writer)
        case .boolean: writer.append(try value.uint8(at: 0))
        case .int, .date: writer.append(try value.uint32(at: 0) ^ 1 << 31)
        case .double:
            let bits = try value.uint64(at: 0)
            writer.append(bits >> 63 == 1 ? ~bits : bits | 1 << 63)
        case .datetime:
            writer.append(second: Timestamp(milliseconds: try value.int64(at: 0)).seconds)
        case .id, .reference: writer.append(try value.uint64(at: 0))
        }
    }

    /// Lower case, since the API compares text ignoring case, followed by a zero so that a text
    /// sorts before those that it is a prefix of.
    private static func appendText(
        _ value: RawSpan,
        to writer: inout ByteWriter
    ) throws(Malformed) {
        let start = writer.count
        let count = min(value.byteCount, textByteCount)
        var isPlain = true
        try writer.append(count: count + 1) { key throws(Malformed) in
            for offset in 0..<count {
                let byte = try value.uint8(at: offset)
                if byte >= 0x80 || byte == 0 { isPlain = false }
                let isCapital = byte >= 0x41 && byte <= 0x5A
                key.storeBytes(
                    of: isCapital ? byte | 0x20 : byte,
                    toByteOffset: offset,
                    as: UInt8.self
                )
            }
        }
        guard !isPlain else { return }
        writer.bytes.removeSubrange(start...)
        try appendUnicode(value, to: &writer)
    }

    private static func appendUnicode(
        _ value: RawSpan,
        to writer: inout ByteWriter
    ) throws(Malformed) {
        let start = writer.count
        // Scalar by scalar, so that the key of a text depends on nothing else.
        for scalar in try value.text().unicodeScalars {
            let lowered =
                scalar.isASCII ? String(scalar).lowercased() : scalar.properties.lowercaseMapping
            writer.append(utf8: lowered)
            if scalar.value == 0 { writer.append(UInt8(0xFF)) }
            // Cut at the same byte as ASCII, so that long texts sort among each other.
            if writer.count - start >= textByteCount {
                writer.bytes.removeLast(writer.count - start - textByteCount)
                break
            }
        }
        writer.append(UInt8(0))
    }
}
