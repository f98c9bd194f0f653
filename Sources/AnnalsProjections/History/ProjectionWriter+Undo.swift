internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

/// Records whose newest events are being undone, until the tables are written.
struct UnfoldingRecords {
    struct Entry {
        /// The row in the tables.
        let base: Range<Int>
        var record: UnfoldingRecord
    }

    fileprivate var entries: [RecordKey: Entry] = [:]
    /// The second of the newest deletion of each object whose purge was undone.
    fileprivate var unpurged: [UInt16: Int64] = [:]
}

extension ProjectionWriter {
    /// Undoes the last transaction of the log.
    mutating func undo(
        _ stored: StoredTransaction,
        _ records: inout UnfoldingRecords
    ) throws(StorageError) {
        for index in stored.events.indices.reversed() {
            let event = stored.events[index]
            if event.kind == .defined {
                try flush(&records, through: stored.number)
                try undefine(event.key.object, stored.payload(ofEvent: index))
                continue
            }
            let position = stored.position(ofEvent: index)
            try undo(event, at: position, stored.payload(ofEvent: index), &records)
        }
        if let key = stored.idempotencyKey {
            guard try transaction.delete(key.rawSpan, in: tables.keys) else {
                throw .corrupted(
                    Corruption("an entry is missing", table: tables.keys.name, key: key)
                )
            }
        }
        try tables.log.remove(stored.number, from: &transaction)
    }

    private mutating func undo(
        _ event: EventHeader,
        at position: Position,
        _ payload: RawSpan,
        _ records: inout UnfoldingRecords
    ) throws(StorageError) {
        var entry: UnfoldingRecords.Entry
        if let known = records.entries.removeValue(forKey: event.key) {
            entry = known
        } else {
            guard let base = try load(event.key) else {
                throw damage("an event names a record that is not there", event.key)
            }
            let row = try row(at: base)
            do throws(Malformed) {
                entry = UnfoldingRecords.Entry(base: base, record: try UnfoldingRecord(row))
            } catch {
                throw damage("a row is malformed: not \(error.finding)", event.key)
            }
        }
        guard entry.record.lastPosition == position else {
            throw damage("the row does not follow from the record's last event", event.key)
        }
        if event.kind == .created {
            guard event.key.serial == lastSerials[event.key.object] else {
                throw damage("a new record does not follow the last one", event.key)
            }
            lastSerials[event.key.object] = event.key.serial - 1
        }
        do throws(Malformed) {
            try entry.record.undo(event.kind, payload, previous: event.previous)
        } catch {
            throw damage("an event is malformed: not \(error.finding)", event.key)
        }
        if event.kind == .purged {
            let second = entry.record.systemModstamp.seconds
            let known = records.unpurged[event.key.object] ?? .min
            records.unpurged[event.key.object] = max(known, second)
        }
        records.entries[event.key] = entry
    }

    /// Updates every table to the current records, and clears the list of unfolded ones.
    ///
    /// - Parameter last: The number of the last transaction of the log.
    mutating func flush(
        _ records: inout UnfoldingRecords,
        through last: UInt64
    ) throws(StorageError) {
        for (key, entry) in records.entries {
            let start = staged.buffer.count
            // No bytes for a record that does not exist yet.
            if entry.record.exists, entry.record.isErased {
                let position = entry.record.lastPosition
                staged.buffer.append(try refolded(key, after: position, through: last))
            } else if let row = entry.record.row(of: key) {
                staged.buffer.append(row)
            }
            staged.stage(start..<staged.buffer.count, of: key, base: entry.base)
        }
        try flush()
        for (code, second) in records.unpurged.sorted(by: { $0.key < $1.key }) {
            try lowerWatermark(of: code, from: second)
        }
        records = UnfoldingRecords()
    }

    /// The row of a record whose values were erased, after its event at `position`.
    ///
    /// Folded again from its beginning: its events no longer contain what was before them.
    private func refolded(
        _ key: RecordKey,
        after position: Position,
        through last: UInt64
    ) throws(StorageError) -> [UInt8] {
        var life: [(StoredTransaction, event: Int)] = []
        var place = position
        while place > .beforeFirst {
            guard let stored = try transaction(holding: place, through: last) else {
                throw damage("an event is missing", key)
            }
            let index = Int(place.ordinal - stored.firstPosition.ordinal)
            let event = stored.events[index]
            guard event.key == key, event.previous < place else {
                throw damage("an event is another record's", key)
            }
            life.append((stored, index))
            place = event.previous
        }
        var row: [UInt8] = []
        for (stored, index) in life.reversed() {
            do throws(Malformed) {
                row = try Fold.row(after: index, of: stored, before: row)
            } catch {
                throw damage("an event is malformed: not \(error.finding)", key)
            }
        }
        return row
    }

    /// Recomputes the watermark of an object after the purge of a deletion in this second was
    /// undone.
    ///
    /// No event contains its previous value, but the records that are still purged determine it.
    private mutating func lowerWatermark(
        of code: UInt16,
        from second: Int64
    ) throws(StorageError) {
        // A higher one was caused by another record.
        guard let known = try watermark(of: code), known <= second else { return }
        guard let records = tables.objects[code]?.records else { return }
        var newest: Int64?
        var cursor = try transaction.cursor(in: records)
        while let entry = try cursor.next() {
            let bytes = entry.value
            do throws(Malformed) {
                let row = try Row(unchecked: bytes)
                guard try row.state() == .purged else { continue }
                newest = max(newest ?? .min, try row.systemModstamp().seconds)
            } catch {
                throw .corrupted(Corruption("a row is malformed", table: records.name))
            }
        }
        if let newest {
            try put(watermark: newest, of: code)
        } else {
            try transaction.delete(ObjectCodeKey.bytes(code).rawSpan, in: tables.watermarks)
        }
    }
}

extension Fold {
    /// The row of an event's record after it.
    ///
    /// - Parameter before: The previous row; empty if there was none.
    fileprivate static func row(
        after index: Int,
        of stored: StoredTransaction,
        before: [UInt8]
    ) throws(Malformed) -> [UInt8] {
        let event = stored.events[index]
        let context = EventContext(
            position: stored.position(ofEvent: index),
            time: stored.time,
            actor: stored.actor
        )
        var buffer = ByteWriter()
        let range = try append(
            event.kind,
            of: event.key,
            payload: stored.payload(ofEvent: index),
            context: context,
            before: before.isEmpty ? nil : Row(unchecked: before.rawSpan),
            to: &buffer
        )
        return Array(buffer.bytes[range])
    }
}
