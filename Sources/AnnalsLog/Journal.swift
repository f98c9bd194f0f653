internal import AnnalsBytes
package import AnnalsLMDB

/// Transactions that are on the disk before the log has them: a file beside it, written from its
/// beginning again each time that the log has caught up.
///
/// An LMDB commit writes every page that it has touched, whole, and waits for the disk twice; an
/// entry of the journal is written once, and waited for once. The layout is in Format.md. What an
/// entry holds is found again by its place in the log's chain: entries of an earlier round have
/// numbers that the log has.
package final class Journal {
    package static let name = "journal"
    /// What is made at first of a journal that is brought to the disk; a longer round lets the file
    /// grow.
    private static let byteCount = 4 << 20
    /// Entries begin where a page of the disk begins: writing one never touches another.
    static let alignment = 4096

    private let folder: String
    private let file: RewrittenFile
    private let isSynchronized: Bool
    /// Where the next entry is written.
    package private(set) var end = 0

    /// Makes the journal of the store in `folder`, which has none.
    ///
    /// - Parameter isSynchronized: Whether each entry is brought to the disk; otherwise the system
    ///   has it, and writes it when it likes.
    package init(in folder: String, isSynchronized: Bool) throws(StorageError) {
        self.folder = folder
        self.isSynchronized = isSynchronized
        file = try RewrittenFile(
            Self.name,
            in: folder,
            byteCount: isSynchronized ? Self.byteCount : 0
        )
    }

    /// Writes the entry behind the last one, and empties it.
    package func append(_ entry: inout JournalEntry) throws(StorageError) {
        entry.seal()
        try file.write(entry.bytes.bytes.rawSpan, at: end)
        if isSynchronized { try file.synchronize() }
        end += entry.bytes.count
        entry.removeAll()
    }

    /// The log has everything, on the disk: the next entry is the first again.
    package func restart() { end = 0 }

    /// Takes the journal away, which the log has caught up with.
    package static func remove(in folder: String) throws(StorageError) {
        try FileSystem.removeFile(folder + "/" + name)
    }

    package static func exists(in folder: String) throws(StorageError) -> Bool {
        try FileSystem.isThere(folder + "/" + name)
    }

    /// What can be read of a journal whose log is damaged: every transaction that an entry has, in no
    /// order, of earlier rounds too.
    package static func salvage(in folder: String) -> [StoredTransaction] {
        guard let (bytes, _) = try? FileSystem.readFile(folder + "/" + name, first: 1 << 30) else {
            return []
        }
        return stride(from: 0, to: bytes.count, by: alignment).flatMap { offset in
            JournalEntry.read(bytes.rawSpan, at: offset)?.transactions ?? []
        }
    }

    /// The transactions of the journal in `folder` that follow the log's end.
    ///
    /// They end where an entry is not whole: nobody was told of it. Nothing is known of a journal
    /// that goes on from a later place than the log's end.
    ///
    /// - Parameter end: Where to stop; the file's end if not given.
    /// - Throws: ``StorageError/corrupted(_:)`` where the journal is not one of this log.
    package static func transactions(
        in folder: String,
        after head: LogHead,
        before end: Int = .max
    ) throws(StorageError) -> [StoredTransaction] {
        guard try exists(in: folder) else { return [] }
        let (bytes, _) = try FileSystem.readFile(folder + "/" + name, first: .max)
        var found: [StoredTransaction] = []
        var number = head.number
        var digest = head.digest
        var offset = 0
        while offset < min(bytes.count, end),
            let entry = JournalEntry.read(bytes.rawSpan, at: offset)
        {
            for transaction in entry.transactions {
                if transaction.number <= number {
                    // Of an earlier round, or of this one and in the log by now.
                    if found.isEmpty { continue }
                    return found
                }
                guard transaction.number == number + 1, transaction.previousDigest == digest else {
                    // What was left of an earlier history behind an entry that was cut off.
                    if offset > 0 { return found }
                    throw .corrupted(
                        Corruption(
                            "the journal goes on from another transaction than the log's last: "
                                + "data.mdb is not the one that it was written with"
                        )
                    )
                }
                number = transaction.number
                digest = transaction.digest
                found.append(transaction)
            }
            offset += entry.byteCount
        }
        return found
    }
}

/// The transactions of a group, as they are written to the journal together.
package struct JournalEntry {
    /// Magic, checksum, bytes of what follows, and how many transactions that are.
    static let headerByteCount = 24
    static let magic: UInt64 = 0x414E_4E41_4C4A_0001
    fileprivate private(set) var bytes = ByteWriter()
    private var count: UInt32 = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ finished: FinishedTransaction) {
        if count == 0 { bytes.appendZeros(Self.headerByteCount) }
        count += 1
        bytes.append(UInt32(finished.head.count + finished.tail.count))
        bytes.append(finished.head)
        bytes.append(finished.tail)
    }

    package mutating func removeAll() {
        bytes.bytes.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Completes the entry, up to the next page of the disk.
    fileprivate mutating func seal() {
        let byteCount = bytes.count - Self.headerByteCount
        bytes.patch(UInt32(Self.magic >> 32), at: 0)
        bytes.patch(UInt32(truncatingIfNeeded: Self.magic), at: 4)
        bytes.patch(UInt32(byteCount), at: 12)
        bytes.patch(count, at: 16)
        let sum = Self.checksum(bytes.bytes.rawSpan, at: 0, byteCount: byteCount)
        bytes.patch(sum, at: 8)
        let rest = bytes.count % Journal.alignment
        if rest > 0 { bytes.appendZeros(Journal.alignment - rest) }
    }

    private static func checksum(_ bytes: RawSpan, at offset: Int, byteCount: Int) -> UInt32 {
        var sum = CRC32C()
        sum.update(bytes.extracting((offset + 12)..<(offset + headerByteCount + byteCount)))
        return sum.value
    }

    /// The entry at `offset`, or `nil` where none was written whole.
    static func read(
        _ bytes: RawSpan,
        at offset: Int
    ) -> (transactions: [StoredTransaction], byteCount: Int)? {
        do throws(Malformed) {
            guard try bytes.uint64(at: offset) == magic else { return nil }
            let byteCount = Int(try bytes.uint32(at: offset + 12))
            guard byteCount <= bytes.byteCount - offset - headerByteCount else { return nil }
            guard
                try bytes.uint32(at: offset + 8)
                    == checksum(bytes, at: offset, byteCount: byteCount)
            else { return nil }
            let count = try bytes.uint32(at: offset + 16)
            let start = offset + headerByteCount
            var reader = ByteReader(bytes.extracting(start..<start + byteCount))
            var transactions: [StoredTransaction] = []
            for _ in 0..<count {
                let length = Int(try reader.uint32())
                let body = [UInt8](copying: try reader.span(count: length))
                transactions.append(try StoredTransaction(decoding: body))
            }
            guard reader.isAtEnd, count > 0 else { return nil }
            let pages = (headerByteCount + byteCount + Journal.alignment - 1) / Journal.alignment
            return (transactions, pages * Journal.alignment)
        } catch {
            return nil
        }
    }
}
