internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

/// The results of a call, as the log keeps them for repeats of the call (Format.md, "Results").
enum ResultsCoder {
    /// - Parameters:
    ///   - call: The request.
    ///   - salt: The salt that the results are kept with.
    ///   - unchanged: Earlier rows of the same import that changed nothing.
    static func bytes(
        of results: [RecordResult],
        call: KeyedCall,
        salt: ArraySlice<UInt8>,
        unchanged: [Range<Int>]
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(call.verb.rawValue)
        writer.append(call.digest(salt: salt))
        writer.append(UInt32(results.count))
        for result in results {
            writer.append(UInt8((result.isCreated ? 1 : 0) | (result.id == nil ? 0 : 2)))
            if let id = result.id { writer.append(utf8: id.description) }
            writer.append(result.position?.ordinal ?? 0)
            // Twice as many as a record can be sent with: `Limits.assignments`.
            writer.append(UInt16(result.errors.count))
            for error in result.errors {
                append(error.statusCode.rawValue, to: &writer)
                append(error.recordedMessage, to: &writer)
                writer.append(UInt16(error.fields.count))
                for field in error.fields { append(field, to: &writer) }
                writer.append(error.conflict?.expected ?? 0)
                writer.append(error.conflict?.actual ?? 0)
                writer.append(UInt8(error.conflict == nil ? 0 : 1))
            }
        }
        for rows in unchanged {
            writer.append(UInt64(rows.lowerBound))
            writer.append(UInt64(rows.count))
        }
        return writer.bytes
    }

    private static func append(_ text: String, to writer: inout ByteWriter) {
        writer.append(UInt32(text.utf8.count))
        writer.append(utf8: text)
    }

    /// The call that these are the results of.
    static func call(in bytes: [UInt8]) -> (verb: KeyedCall.Verb, digest: [UInt8])? {
        guard bytes.count > Digest.byteCount, let verb = KeyedCall.Verb(rawValue: bytes[0]) else {
            return nil
        }
        return (verb, Array(bytes[1...Digest.byteCount]))
    }

    static func results(in bytes: [UInt8]) -> [RecordResult]? {
        do throws(Malformed) {
            var reader = ByteReader(bytes.rawSpan)
            _ = try reader.span(count: 1 + Digest.byteCount)
            var results: [RecordResult] = []
            for _ in 0..<(try reader.uint32()) { results.append(try result(&reader)) }
            guard reader.remaining % 16 == 0 else { return nil }
            return results
        } catch {
            return nil
        }
    }

    /// Rows of an import before this call that changed nothing.
    static func unchanged(in bytes: [UInt8]) -> [Range<Int>] {
        do throws(Malformed) {
            var reader = ByteReader(bytes.rawSpan)
            _ = try reader.span(count: 1 + Digest.byteCount)
            for _ in 0..<(try reader.uint32()) { _ = try result(&reader) }
            var found: [Range<Int>] = []
            while !reader.isAtEnd {
                let (first, count) = (try reader.uint64(), try reader.uint64())
                guard first < 1 << 48, count < 1 << 48 else { return [] }
                found.append(Int(first)..<Int(first + count))
            }
            return found
        } catch {
            return []
        }
    }

    private static func result(_ reader: inout ByteReader) throws(Malformed) -> RecordResult {
        let flags = try reader.uint8()
        var result = RecordResult(id: nil, errors: [])
        result.isCreated = flags & 1 == 1
        if flags & 2 == 2 { result.id = RecordID(try reader.text(count: 18)) }
        let position = try reader.uint64()
        result.position = position == 0 ? nil : Position(position)
        for _ in 0..<(try reader.uint16()) {
            let code = StatusCode(rawValue: try text(&reader))
            let message = try text(&reader)
            var fields: [String] = []
            for _ in 0..<(try reader.uint16()) { fields.append(try text(&reader)) }
            let expected = try reader.uint64()
            let actual = try reader.uint64()
            let hasConflict = try reader.uint8() == 1
            result.errors.append(
                RecordError(
                    code,
                    "\(name: message)",
                    fields: fields,
                    conflict: hasConflict
                        ? RecordError.Conflict(expected: expected, actual: actual) : nil
                )
            )
        }
        return result
    }

    private static func text(_ reader: inout ByteReader) throws(Malformed) -> String {
        try reader.text(count: Int(try reader.uint32()))
    }
}
