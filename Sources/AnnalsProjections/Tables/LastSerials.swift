internal import AnnalsBytes
package import AnnalsLMDB
internal import AnnalsLog
package import AnnalsSchema

/// The number of records that each object ever had, by the object's code.
///
/// Looked up several times for every record that is created, for a handful of objects: a linear
/// search is faster than hashing.
package struct LastSerials: Sendable, Equatable {
    private var codes: [UInt16] = []
    private var serials: [UInt64] = []

    package init() {}

    package subscript(code: UInt16) -> UInt64 {
        get {
            for index in codes.indices where codes[index] == code { return serials[index] }
            return 0
        }
        set {
            for index in codes.indices where codes[index] == code {
                serials[index] = newValue
                return
            }
            codes.append(code)
            serials.append(newValue)
        }
    }

    /// Reads those of all objects of `schema`.
    ///
    /// Each record has the event that created it, so no counter is above the log's last position:
    /// from a damaged one the next record would get a number that nothing leads to, and whoever looks
    /// at every number up to it would not end.
    package init(
        in environment: Environment,
        _ tables: StoreTables,
        _ schema: Schema
    ) throws(StorageError) {
        let transaction = try ReadTransaction(in: environment)
        // A replay may be without a log.
        let end = try tables.log.end(in: transaction).lastPosition
        for object in schema.objects {
            let serial = try Self.read(object.code, in: transaction, tables)
            guard serial <= end.ordinal || end == .beforeFirst else {
                throw .corrupted(
                    Corruption(
                        "a counter is above the number of events",
                        table: tables.counters.name,
                        key: ObjectCodeKey.bytes(object.code)
                    )
                )
            }
            if serial > 0 { self[object.code] = serial }
        }
    }

    static func read(
        _ code: UInt16,
        in transaction: borrowing ReadTransaction,
        _ tables: StoreTables
    ) throws(StorageError) -> UInt64 {
        let key = ObjectCodeKey.bytes(code)
        guard let bytes = try transaction.value(forKey: key.rawSpan, in: tables.counters) else {
            return 0
        }
        do throws(Malformed) {
            let serial = try bytes.uint64(at: 0)
            guard serial < RecordKey.serialMax else { throw Malformed("a serial", offset: 0) }
            return serial
        } catch {
            throw .corrupted(
                Corruption("a counter is malformed", table: tables.counters.name, key: key)
            )
        }
    }
}
