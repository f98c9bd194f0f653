internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog
package import AnnalsSchema

/// One consistent view of the log and everything derived from it.
package struct ProjectionReader: ~Copyable {
    package let transaction: ReadTransaction
    package let tables: StoreTables
    package let schema: Schema

    package init(
        in environment: Environment,
        tables: StoreTables,
        schema: Schema
    ) throws(StorageError) {
        transaction = try ReadTransaction(in: environment)
        self.tables = tables
        self.schema = schema
    }

    /// The record's row, whatever its state, or `nil` if it never existed.
    @_lifetime(borrow self)
    package func row(of key: RecordKey) throws(StorageError) -> Row? {
        guard let records = tables.objects[key.object]?.records else { return nil }
        guard let bytes = try transaction.value(for48BitKey: key.serial, in: records) else {
            return nil
        }
        do throws(Malformed) {
            return try Row(bytes, of: key)
        } catch {
            throw .corrupted(
                Corruption(
                    "a row is malformed: not \(error.finding)",
                    table: records.name,
                    key: [UInt8](serial: key.serial)
                )
            )
        }
    }

    /// The live records of `object` whose SystemModstamp lies in these seconds, both ends included;
    /// by second, then by id.
    package func modified(
        _ object: ObjectType,
        fromSecond start: Int64,
        throughSecond end: Int64,
        limit: Int
    ) throws(StorageError) -> [RecordID]? {
        guard let table = tables.objects[object.code]?.times, start <= end else { return [] }
        let (from, below) = ([UInt8](second: start), [UInt8](second: end + 1))
        let count = try transaction.count(of: table, from: from, below: below, upTo: limit + 1)
        guard count <= limit else { return nil }
        var ids: [RecordID] = []
        ids.reserveCapacity(count)
        var maker = RecordIDMaker(prefix: object.prefix)
        try forEachKey(of: table, from, below: below) { key throws(Malformed) in
            // The low bytes of the second, and the serial: one load for both.
            ids.append(maker.id(ofSerial: try key.uint64(at: 4) & (1 << 48 - 1)))
            return true
        }
        return ids
    }

    /// The deleted records of `object` that are not purged, by the second of their deletion.
    package func deleted(
        _ object: ObjectType,
        fromSecond start: Int64,
        throughSecond end: Int64,
        limit: Int
    ) throws(StorageError) -> [(id: RecordID, time: Timestamp)]? {
        guard let table = tables.objects[object.code]?.deletions else { return [] }
        var records: [(id: RecordID, time: Timestamp)] = []
        let count = try scan(table, start, end, limit) { second, serial in
            let time = Timestamp(milliseconds: second &* 1000)
            records.append((object.id(ofSerial: serial), time))
        }
        return count <= limit ? records : nil
    }

    private func scan(
        _ table: Table,
        _ start: Int64,
        _ end: Int64,
        _ limit: Int,
        _ body: (_ second: Int64, _ serial: UInt64) -> Void
    ) throws(StorageError) -> Int {
        guard start <= end else { return 0 }
        var count = 0
        let (from, below) = ([UInt8](second: start), [UInt8](second: end + 1))
        try forEachKey(of: table, from, below: below) { key throws(Malformed) in
            count += 1
            if count > limit { return false }
            body(try key.second(at: 0), try key.uint48(at: 6))
            return true
        }
        return count
    }

    private func forEachKey(
        of table: Table,
        _ from: [UInt8],
        below: [UInt8],
        _ body: (RawSpan) throws(Malformed) -> Bool
    ) throws(StorageError) {
        var cursor = try transaction.cursor(in: table, from: from)
        do {
            _ = try cursor.forEachKey(below: below, body)
        } catch let error as StorageError {
            throw error
        } catch {
            throw .corrupted(Corruption("a key is malformed", table: table.name))
        }
    }

    /// The second of the newest deletion of `object` that was purged, or `nil`.
    package func purgeWatermark(of object: ObjectType) throws(StorageError) -> Int64? {
        let key = ObjectCodeKey.bytes(object.code)
        guard let bytes = try transaction.value(forKey: key.rawSpan, in: tables.watermarks) else {
            return nil
        }
        do throws(Malformed) {
            return try bytes.second(at: 0)
        } catch {
            throw .corrupted(
                Corruption("a watermark is malformed", table: tables.watermarks.name, key: key)
            )
        }
    }

    /// The records in the recycle bin, oldest deletion first.
    package func bin(limit: Int) throws(StorageError) -> [RecordKey] {
        var found: [RecordKey] = []
        var cursor = try transaction.cursor(in: tables.bin)
        while found.count < limit, let entry = try cursor.next() {
            let bytes = entry.key
            do throws(Malformed) {
                found.append(RecordKey(packed: try bytes.uint64(at: 6)))
            } catch {
                throw .corrupted(Corruption("a key is malformed", table: tables.bin.name))
            }
        }
        return found
    }

    /// The live records of `object` whose `field` holds `value`.
    package func find(
        _ value: [UInt8],
        in field: Field,
        of object: ObjectType,
        isExact: Bool,
        limit: Int
    ) throws(StorageError) -> [RecordKey] {
        guard let index = tables.objects[object.code]?.indexes[field.id] else { return [] }
        let match = ValueMatch(value, field, isExact: isExact)
        let prefix = match.indexKey
        var found: [RecordKey] = []
        var cursor = try transaction.cursor(in: index, from: prefix)
        while found.count < limit, let entry = try cursor.next() {
            let bytes = entry.key
            guard bytes.byteCount == prefix.count + 6,
                bytes.extracting(0..<prefix.count).isEqual(to: prefix.rawSpan)
            else { break }
            let key: RecordKey
            do throws(Malformed) {
                key = RecordKey(object: object.code, serial: try bytes.uint48(at: prefix.count))
            } catch {
                throw .corrupted(Corruption("a key of an index is malformed", table: index.name))
            }
            guard let row = try row(of: key) else { continue }
            do throws(Malformed) {
                if try match.holds(row) { found.append(key) }
            } catch {
                throw .corrupted(Corruption("a row is malformed", table: index.name))
            }
        }
        return found
    }

    /// The last serial of `object`; 0 before its first record.
    package func lastSerial(of object: ObjectType) throws(StorageError) -> UInt64 {
        try LastSerials.read(object.code, in: transaction, tables)
    }

    /// The greatest idempotency key with the prefix `prefix`, or `nil`.
    package func lastIdempotencyKey(
        withPrefix prefix: [UInt8]
    ) throws(StorageError) -> [UInt8]? {
        var cursor = try transaction.cursor(in: tables.keys)
        // Above every key with the prefix: text in UTF-8 has no byte 0xFF.
        guard let entry = try cursor.last(below: prefix + [0xFF]) else { return nil }
        let found = [UInt8](copying: entry.key)
        return found.starts(with: prefix) ? found : nil
    }

    /// The transaction of the call with an idempotency key, or `nil`.
    package func transaction(
        ofIdempotencyKey key: [UInt8]
    ) throws(StorageError) -> StoredTransaction? {
        guard let bytes = try transaction.value(forKey: key.rawSpan, in: tables.keys) else {
            return nil
        }
        let number: UInt64
        do throws(Malformed) {
            number = try bytes.uint64(at: 0)
        } catch {
            throw .corrupted(Corruption("a value is malformed", table: tables.keys.name, key: key))
        }
        return try tables.log.read(number, in: transaction)
    }

    package func meta(_ key: String) throws(StorageError) -> [UInt8]? {
        try transaction.meta(key, in: tables.meta)
    }
}

extension [UInt8] {
    /// A second in the form in which the keys of times begin.
    fileprivate init(second: Int64) {
        var writer = ByteWriter(reserving: 6)
        writer.append(second: second)
        self = writer.bytes
    }

    /// A serial as the six bytes that are its key.
    package init(serial: UInt64) {
        var writer = ByteWriter(reserving: 6)
        writer.append48(serial)
        self = writer.bytes
    }
}
