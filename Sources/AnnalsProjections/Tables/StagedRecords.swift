internal import AnnalsBytes
internal import AnnalsSchema

/// The records that a group of calls has changed and that are not in the tables yet.
///
/// Changes are kept here until the tables are written, for three reasons: a call that fails leaves
/// no trace, a record that changes several times is written once, and each table is written in the
/// order of its keys.
struct StagedRecords {
    struct Entry {
        let key: RecordKey
        /// The row in the tables; `nil` if there is none.
        let base: Range<Int>?
        /// Empty if the record's creation was undone.
        var current: Range<Int>

        var isRemoval: Bool { current.isEmpty }
    }

    /// The rows, one after another.
    var buffer = ByteWriter()
    private(set) var entries: [Entry] = []
    /// Places of existing records; new ones are found by their serial.
    private var indices: [RecordKey: Int] = [:]
    /// One for each object that has new records: few, and found faster by searching than by
    /// hashing.
    private var created: [CreatedRun] = []
    /// Entries as they were before the current call changed them; `nil` for new ones.
    private var undo: [(index: Int, current: Range<Int>?)] = []

    /// The new records of an object, whose serials are consecutive.
    private struct CreatedRun {
        let object: UInt16
        let firstSerial: UInt64
        var indices: [Int] = []
    }

    private func run(of object: UInt16) -> Int? {
        var index = 0
        while index < created.count {
            if created[index].object == object { return index }
            index += 1
        }
        return nil
    }

    private func index(of key: RecordKey) -> Int? {
        if let run = run(of: key.object), key.serial >= created[run].firstSerial {
            let place = Int(key.serial - created[run].firstSerial)
            return place < created[run].indices.count ? created[run].indices[place] : nil
        }
        return indices.isEmpty ? nil : indices[key]
    }

    private mutating func add(_ entry: Entry) {
        if entry.base == nil {
            if let run = run(of: entry.key.object) {
                created[run].indices.append(entries.count)
            } else {
                created.append(
                    CreatedRun(
                        object: entry.key.object,
                        firstSerial: entry.key.serial,
                        indices: [entries.count]
                    )
                )
            }
        } else {
            indices[entry.key] = entries.count
        }
        entries.append(entry)
    }

    private mutating func removeLast() {
        let entry = entries.removeLast()
        guard entry.base == nil else {
            indices[entry.key] = nil
            return
        }
        guard let run = run(of: entry.key.object) else { return }
        created[run].indices.removeLast()
        if created[run].indices.isEmpty { created.remove(at: run) }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Reserves room for `count` more records of ordinary size.
    mutating func reserve(_ count: Int) {
        guard count > 1 else { return }
        let count = min(count, 10_000)
        buffer.bytes.reserveCapacity(buffer.count + count * 512)
        entries.reserveCapacity(entries.count + count)
        undo.reserveCapacity(count)
    }

    func row(of key: RecordKey) -> Range<Int>? { index(of: key).map { entries[$0].current } }

    /// Replaces the row of `key`, whose row in the tables is `base`.
    mutating func stage(_ row: Range<Int>, of key: RecordKey, base: Range<Int>?) {
        if let index = index(of: key) {
            undo.append((index, entries[index].current))
            entries[index].current = row
        } else {
            undo.append((entries.count, nil))
            add(Entry(key: key, base: base, current: row))
        }
    }

    /// Rolls back everything since the last call of ``keep()``.
    mutating func rollBack() {
        for (index, current) in undo.reversed() {
            if let current {
                entries[index].current = current
            } else {
                removeLast()
            }
        }
        undo.removeAll(keepingCapacity: true)
    }

    /// Makes what was staged so far permanent.
    mutating func keep() { undo.removeAll(keepingCapacity: true) }

    /// Sorts the entries by their keys; afterwards they can only be removed.
    mutating func sort() { entries.sort { $0.key < $1.key } }

    mutating func removeAll() {
        buffer.bytes.removeAll(keepingCapacity: buffer.bytes.capacity < 8 << 20)
        entries.removeAll(keepingCapacity: true)
        indices.removeAll(keepingCapacity: true)
        created.removeAll(keepingCapacity: true)
        undo.removeAll(keepingCapacity: true)
    }
}
