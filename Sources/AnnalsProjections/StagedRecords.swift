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
        /// The row in the tables; `nil` where there is none.
        let base: Range<Int>?
        var current: Range<Int>
    }

    /// The rows, one behind the other.
    var buffer = ByteWriter()
    private(set) var entries: [Entry] = []
    private var indices: [RecordKey: Int] = [:]
    /// What entries were before the call that is under way changed them; `nil` for new ones.
    private var undo: [(index: Int, current: Range<Int>?)] = []

    var isEmpty: Bool { entries.isEmpty }

    func row(of key: RecordKey) -> Range<Int>? { indices[key].map { entries[$0].current } }

    /// Replaces the row of `key`, whose row in the tables is `base`.
    mutating func stage(_ row: Range<Int>, of key: RecordKey, base: Range<Int>?) {
        if let index = indices[key] {
            undo.append((index, entries[index].current))
            entries[index].current = row
        } else {
            undo.append((entries.count, nil))
            indices[key] = entries.count
            entries.append(Entry(key: key, base: base, current: row))
        }
    }

    /// Takes back everything since the last call of ``keep()``.
    mutating func rollBack() {
        for (index, current) in undo.reversed() {
            if let current {
                entries[index].current = current
            } else {
                indices[entries[index].key] = nil
                entries.removeLast()
            }
        }
        undo.removeAll(keepingCapacity: true)
    }

    /// Makes what was staged so far stay.
    mutating func keep() { undo.removeAll(keepingCapacity: true) }

    mutating func sort() {
        entries.sort { $0.key < $1.key }
    }

    mutating func removeAll() {
        buffer.bytes.removeAll(keepingCapacity: buffer.bytes.capacity < 8 << 20)
        entries.removeAll(keepingCapacity: true)
        indices.removeAll(keepingCapacity: true)
        undo.removeAll(keepingCapacity: true)
    }
}
