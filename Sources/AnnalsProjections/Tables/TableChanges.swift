internal import AnnalsBytes
internal import AnnalsLMDB

/// Keys to insert into and remove from one table, to be written in their order.
///
/// Writing sorted keys one table at a time costs 1.2 times less than writing them as they arrive
/// (Specification: measured 2.1).
struct TableChanges {
    private struct Change {
        /// The key's first sixteen bytes, which decide nearly every comparison.
        let words: (UInt64, UInt64)
        // Small, because sorting moves them.
        let start: UInt32
        let count: UInt16
        let isDeletion: Bool

        var key: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
    }

    private var buffer = ByteWriter()
    private var changes: [Change] = []
    private var keyStart = 0
    /// Whether the keys came in ascending order so far.
    private var isSorted = true

    /// Begins a key; append its bytes to ``key``, then end it.
    mutating func begin() { keyStart = buffer.count }

    var key: ByteWriter {
        get { buffer }
        _modify { yield &buffer }
    }

    mutating func endPut() { end(isDeletion: false) }
    mutating func endDelete() { end(isDeletion: true) }

    private mutating func end(isDeletion: Bool) {
        let change = Change(
            words: (word(at: keyStart), word(at: keyStart + 8)),
            start: UInt32(keyStart),
            count: UInt16(buffer.count - keyStart),
            isDeletion: isDeletion
        )
        if isSorted, let last = changes.last { isSorted = last.words < change.words }
        changes.append(change)
    }

    /// Eight bytes of the key that ends the buffer, with zeros where it has fewer.
    private func word(at offset: Int) -> UInt64 {
        let bytes = buffer.bytes.rawSpan
        if offset + 8 <= bytes.byteCount, let word = try? bytes.uint64(at: offset) { return word }
        var word: UInt64 = 0
        for index in offset..<(offset + 8) {
            word <<= 8
            if index < bytes.byteCount { word |= UInt64(buffer.bytes[index]) }
        }
        return word
    }

    /// Adds the keys, with empty values, to a sum, and forgets them.
    mutating func drain(into sum: inout EntrySum, _ hash: EntryHash) {
        do {
            let bytes = buffer.bytes.rawSpan
            let nothing = bytes.extracting(0..<0)
            for change in changes { hash.add(bytes.extracting(change.key), nothing, to: &sum) }
        }
        buffer.bytes.removeAll(keepingCapacity: true)
        changes.removeAll(keepingCapacity: true)
    }

    /// The keys, in the order in which they were added.
    var keys: [[UInt8]] { changes.map { Array(buffer.bytes[$0.key]) } }

    /// Discards the current key.
    mutating func abandon() { buffer.bytes.removeSubrange(keyStart...) }

    /// Writes the changes, with empty values, and clears them.
    ///
    /// - Parameter isAscending: New keys are likely above those in the table.
    mutating func write(
        to table: Table,
        in transaction: inout WriteTransaction,
        isAscending: Bool = false
    ) throws(StorageError) {
        guard !changes.isEmpty else { return }
        let bytes = buffer.bytes
        if !isSorted {
            changes.sort { left, right in
                if left.words.0 != right.words.0 { return left.words.0 < right.words.0 }
                if left.words.1 != right.words.1 { return left.words.1 < right.words.1 }
                let order = bytes.rawSpan.extracting(left.key)
                    .compare(to: bytes.rawSpan.extracting(right.key))
                // A deletion first, if the same key is removed and inserted.
                return order != 0 ? order < 0 : left.isDeletion && !right.isDeletion
            }
        }
        let nothing: [UInt8] = []
        for change in changes {
            let key = bytes.rawSpan.extracting(change.key)
            if change.isDeletion {
                guard try transaction.delete(key, in: table) else {
                    let found = [UInt8](copying: key)
                    throw .corrupted(
                        Corruption("an entry is missing", table: table.name, key: found)
                    )
                }
            } else {
                try transaction.put(
                    nothing.rawSpan,
                    forKey: key,
                    in: table,
                    isLast: isAscending
                )
            }
        }
        buffer.bytes.removeAll(keepingCapacity: true)
        changes.removeAll(keepingCapacity: true)
        isSorted = true
    }
}
