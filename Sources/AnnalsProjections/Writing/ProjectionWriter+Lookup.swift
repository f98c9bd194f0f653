package import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog
package import AnnalsSchema

extension ProjectionWriter {
    /// The live records of `object` whose `field` holds `value`, at most `limit` of them.
    ///
    /// Sees what was flushed, and what the current call has changed since.
    ///
    /// - Parameters:
    ///   - value: The field's bytes, as rows hold them.
    ///   - isExact: Whether case counts.
    package func find(
        _ value: [UInt8],
        in field: Field,
        of object: ObjectType,
        isExact: Bool,
        limit: Int
    ) throws(StorageError) -> [RecordKey] {
        var found: [RecordKey] = []
        let match = ValueMatch(value, field, isExact: isExact)
        for entry in staged.entries where entry.key.object == object.code {
            let row = try row(at: entry.current)
            if try read(entry.key, { () throws(Malformed) in try match.holds(row) }) {
                found.append(entry.key)
                if found.count == limit { return found }
            }
        }
        guard let tables = tables.objects[object.code], let index = tables.indexes[field.id] else {
            return found
        }
        let prefix = match.indexKey
        var cursor = try transaction.cursor(in: index, from: prefix)
        while let entry = try cursor.next() {
            guard entry.key.byteCount == prefix.count + 6,
                entry.key.extracting(0..<prefix.count).isEqual(to: prefix.rawSpan)
            else { break }
            let key = try serialKey(entry.key, of: object, in: index)
            if staged.row(of: key) != nil { continue }
            var serial = ByteWriter(reserving: 6)
            serial.append48(key.serial)
            guard
                let bytes = try transaction.value(forKey: serial.bytes.rawSpan, in: tables.records)
            else { throw damage("an index names a record that is not there", key) }
            if try read(key, { () throws(Malformed) in try match.holds(Row(bytes, of: key)) }) {
                found.append(key)
                if found.count == limit { return found }
            }
        }
        return found
    }

    /// The records of `object` whose reference `field` pointed to `target` when the call began.
    package func referrers(
        to target: RecordKey,
        in field: Field,
        of object: ObjectType
    ) throws(StorageError) -> [RecordKey] {
        guard let index = tables.objects[object.code]?.indexes[field.id] else { return [] }
        var prefix = ByteWriter()
        prefix.append(target.packed)
        var found: [RecordKey] = []
        var cursor = try transaction.cursor(in: index, from: prefix.bytes)
        while let entry = try cursor.next() {
            guard entry.key.byteCount == 14,
                entry.key.extracting(0..<8).isEqual(to: prefix.bytes.rawSpan)
            else { break }
            found.append(try serialKey(entry.key, of: object, in: index))
        }
        return found
    }

    /// The records that were deleted along with the one whose deletion is at `position`.
    package func cascaded(with position: Position) throws(StorageError) -> [RecordKey] {
        var prefix = ByteWriter()
        prefix.append(position.ordinal)
        var found: [RecordKey] = []
        var cursor = try transaction.cursor(in: tables.cascades, from: prefix.bytes)
        while let entry = try cursor.next() {
            guard entry.key.byteCount == 16,
                entry.key.extracting(0..<8).isEqual(to: prefix.bytes.rawSpan)
            else { break }
            let bytes = entry.key
            do throws(Malformed) {
                found.append(RecordKey(packed: try bytes.uint64(at: 8)))
            } catch {
                throw .corrupted(Corruption("a key is malformed", table: tables.cascades.name))
            }
        }
        return found
    }

    /// The deleted records of `object` whose deletion is not after `second`, oldest first.
    package func deletions(
        of object: ObjectType,
        through second: Int64,
        limit: Int
    ) throws(StorageError) -> [RecordKey] {
        guard let table = tables.objects[object.code]?.deletions else { return [] }
        var found: [RecordKey] = []
        var cursor = try transaction.cursor(in: table)
        while found.count < limit, let entry = try cursor.next() {
            let bytes = entry.key
            do throws(Malformed) {
                guard try bytes.second(at: 0) <= second else { return found }
            } catch {
                throw .corrupted(Corruption("a key is malformed", table: table.name))
            }
            found.append(try serialKey(bytes, of: object, in: table))
        }
        return found
    }

    /// The transaction of the call with an idempotency key, or `nil`.
    package func transactionNumber(
        ofIdempotencyKey key: [UInt8]
    ) throws(StorageError) -> UInt64? {
        guard let bytes = try transaction.value(forKey: key.rawSpan, in: tables.keys) else {
            return nil
        }
        do throws(Malformed) {
            return try bytes.uint64(at: 0)
        } catch {
            throw .corrupted(Corruption("a value is malformed", table: tables.keys.name, key: key))
        }
    }

    /// The record named by the last six bytes of a key.
    private func serialKey(
        _ bytes: RawSpan,
        of object: ObjectType,
        in table: Table
    ) throws(StorageError) -> RecordKey {
        do throws(Malformed) {
            return RecordKey(object: object.code, serial: try bytes.uint48(at: bytes.byteCount - 6))
        } catch {
            throw .corrupted(
                Corruption(
                    "a key is malformed",
                    table: table.name,
                    key: [UInt8](copying: bytes)
                )
            )
        }
    }

    /// Distinguishes damage of the row of `key` from errors of the request.
    private func read<T>(
        _ key: RecordKey,
        _ body: () throws(Malformed) -> T
    ) throws(StorageError) -> T {
        do throws(Malformed) {
            return try body()
        } catch {
            throw damage("a row is malformed: not \(error.finding)", key)
        }
    }
}

/// Whether a record's field holds a value.
package struct ValueMatch {
    private let value: [UInt8]
    private let field: Field
    private let isExact: Bool
    /// Where its entries begin in the field's index.
    package let indexKey: [UInt8]
    // Bytes, not strings: strings are equal if they are canonically equivalent, and index keys are
    // not.
    private let lowered: [UInt8]?

    package init(_ value: [UInt8], _ field: Field, isExact: Bool) {
        self.value = value
        self.field = field
        self.isExact = isExact || !field.kind.isText
        var key = ByteWriter()
        // Bytes that were made from a value have the length of its type.
        try? IndexKey.append(value.rawSpan, of: field.kind, to: &key)
        indexKey = key.bytes
        lowered =
            self.isExact
            ? nil : Array(String(decoding: value, as: UTF8.self).inSmallLetters.utf8)
    }

    package func holds(_ row: Row) throws(Malformed) -> Bool {
        guard try row.state() == .live else { return false }
        guard field.id.isSlot else {
            // Times of the header have milliseconds; the API uses seconds.
            let time = Timestamp(milliseconds: try row.bytes(of: field.id).int64(at: 0))
            return try time.seconds == Timestamp(milliseconds: value.rawSpan.int64(at: 0)).seconds
        }
        let found = try row.slot(field.id)
        if found.isEqual(to: value.rawSpan) { return true }
        guard let lowered, found.byteCount > 0 else { return false }
        return try Array(found.text().inSmallLetters.utf8) == lowered
    }
}

extension ProjectionWriter {
    /// Reads the current row of `key`, `nil` if there is none, without keeping it.
    package func withRow<T>(
        of key: RecordKey,
        _ body: (Row?) throws(Malformed) -> T
    ) throws(StorageError) -> T {
        if let range = staged.row(of: key) {
            let row = try row(at: range)
            return try read(key) { () throws(Malformed) in try body(row) }
        }
        guard let records = tables.objects[key.object]?.records,
            let bytes = try transaction.value(for48BitKey: key.serial, in: records)
        else { return try read(key) { () throws(Malformed) in try body(nil) } }
        return try read(key) { () throws(Malformed) in try body(try Row(bytes, of: key)) }
    }
}

extension ProjectionWriter {
    /// The transaction `number` of the log, or `nil` if the log ends before it; without what the log
    /// has erased since, also where it is read from an archive that has not obeyed.
    ///
    /// - Parameter last: The number of the last transaction.
    package func read(
        _ number: UInt64,
        through last: UInt64
    ) throws(StorageError) -> StoredTransaction? {
        guard let stored = try tables.log.read(number, in: transaction) else { return nil }
        return try tables.log.obeyed(stored) { (key) throws(StorageError) in
            let position = try withRow(of: key) { row throws(Malformed) in
                try row?.lastPosition() ?? .beforeFirst
            }
            return try tables.log.takesValues(of: key, from: position) {
                (position) throws(StorageError) in
                try transaction(holding: position, through: last)
            }
        }
    }
}
