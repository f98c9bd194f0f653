internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsSchema

/// When a user last saw a record, and last saw something that refers to it
/// (Specification: fields 5.3).
///
/// Kept outside the log: viewing changes no record, and a rebuild leaves it as it is.
package struct RecordViews: Sendable, Equatable {
    package var viewed: Timestamp?
    package var referenced: Timestamp?

    package init() {}

    fileprivate init(_ bytes: RawSpan) throws(Malformed) {
        func time(at offset: Int) throws(Malformed) -> Timestamp? {
            let milliseconds = try bytes.int64(at: offset)
            return milliseconds == .min ? nil : Timestamp(milliseconds: milliseconds)
        }
        viewed = try time(at: 0)
        referenced = try time(at: 8)
    }

    fileprivate var bytes: [UInt8] {
        var writer = ByteWriter(reserving: 16)
        writer.append(viewed?.milliseconds ?? .min)
        writer.append(referenced?.milliseconds ?? .min)
        return writer.bytes
    }

    fileprivate static func key(_ record: RecordKey, _ user: RecordKey) -> [UInt8] {
        var writer = ByteWriter(reserving: 16)
        writer.append(user.packed, record.packed)
        return writer.bytes
    }

    fileprivate static func decoded(
        _ bytes: RawSpan?,
        _ key: [UInt8],
        _ table: Table
    ) throws(StorageError) -> RecordViews {
        guard let bytes else { return RecordViews() }
        do throws(Malformed) {
            return try RecordViews(try KeptValue.opened(bytes, key: key.rawSpan))
        } catch {
            throw .corrupted(Corruption("a view is malformed", table: table.name, key: key))
        }
    }
}

extension ProjectionReader {
    /// Whether anyone has ever viewed a record: most stores have no such entries, and their readers
    /// need not look for one.
    package func hasViews() throws(StorageError) -> Bool {
        try transaction.count(of: tables.views) > 0
    }

    package func views(
        of record: RecordKey,
        by user: RecordKey
    ) throws(StorageError) -> RecordViews {
        let key = RecordViews.key(record, user)
        let bytes = try transaction.value(forKey: key.rawSpan, in: tables.views)
        return try RecordViews.decoded(bytes, key, tables.views)
    }
}

extension ProjectionWriter {
    /// Records that `user` saw the record, or something that refers to it, at `time`.
    package mutating func note(
        _ change: (inout RecordViews) -> Void,
        of record: RecordKey,
        by user: RecordKey
    ) throws(StorageError) {
        let key = RecordViews.key(record, user)
        var views = try RecordViews.decoded(
            try transaction.value(forKey: key.rawSpan, in: tables.views),
            key,
            tables.views
        )
        change(&views)
        let value = KeptValue.sealed(views.bytes, key: key)
        try transaction.put(value.rawSpan, forKey: key.rawSpan, in: tables.views)
    }
}
