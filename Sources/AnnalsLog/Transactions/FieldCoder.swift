package import AnnalsBytes
package import AnnalsSchema

// A value as stored in rows and events: as many bytes as it needs, none for null.
//
// text: UTF-8. boolean: one byte. int: 4. double: 8 (IEEE 754). date: 4 (days). datetime: 8
// (milliseconds). reference: 8 (the record's key). Numbers have the most significant byte first.

extension ByteWriter {
    /// Appends the bytes of a normalized value; a reference must already be a key.
    ///
    /// - Throws: ``UnfitValue``, and nothing was appended, for a value that no field would produce:
    ///   it would not be the same when it is read.
    package mutating func append(_ value: Value) throws(UnfitValue) {
        switch value {
        case .null: break
        case .id, .lookup, .decimal: throw UnfitValue()
        case .boolean(let flag): append(flag ? UInt8(1) : UInt8(0))
        case .integer(let number):
            guard let word = Int32(exactly: number) else { throw UnfitValue() }
            append(UInt32(bitPattern: word))
        case .double(let number): append(number.bitPattern)
        case .date(let date): append(UInt32(bitPattern: date.days))
        case .dateTime(let time): append(time.milliseconds)
        case .text(let text): append(utf8: text)
        }
    }
}

/// A value that rows and events have no bytes for.
package struct UnfitValue: Error {}

extension Field {
    /// The value in `bytes`, as ``ByteWriter`` wrote it.
    package func value(in bytes: RawSpan, schema: Schema) throws(Malformed) -> Value {
        if bytes.byteCount == 0 { return .null }
        switch kind {
        case .string, .textarea, .phone, .email, .url, .picklist: return .text(try bytes.text())
        case .boolean: return .boolean(try bytes.uint8(at: 0) != 0)
        case .int: return .integer(Int(Int32(bitPattern: try bytes.uint32(at: 0))))
        case .double: return .double(Double(bitPattern: try bytes.uint64(at: 0)))
        case .date: return .date(CalendarDate(days: Int32(bitPattern: try bytes.uint32(at: 0))))
        case .datetime: return .dateTime(Timestamp(milliseconds: try bytes.int64(at: 0)))
        case .id, .reference:
            let key = RecordKey(packed: try bytes.uint64(at: 0))
            guard let id = schema.id(of: key) else { throw Malformed("a known object", offset: 0) }
            return .id(id)
        }
    }
}
