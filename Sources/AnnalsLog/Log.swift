internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsSchema

/// The end of the log: what the next transaction follows.
package struct LogHead: Sendable, Hashable {
    package var number: UInt64 = 0
    package var lastPosition = Position.beforeFirst
    package var time = Timestamp(milliseconds: 0)
    package var epoch: UInt32 = 1
    package var digest = Digest.zero

    package init() {}

    package init(_ last: StoredTransaction) {
        number = last.number
        lastPosition = last.lastPosition
        time = last.time
        epoch = last.epoch
        digest = last.digest
    }
}

/// Every transaction, in the order in which the calls happened.
///
/// Everything else in the store is derived from the log. A key is the transaction's number and the
/// number of the frame; a transaction longer than a frame has several, which commit together.
package struct Log: Sendable {
    package static let tableName = "log"
    /// Bytes of a transaction in one frame: LMDB keeps a value in adjacent pages.
    package static let frameBytes = 512 << 10

    package let table: Table
    /// The end of the transactions that have left the log for an archive; empty if none has.
    package let base: LogHead
    /// Where they are recorded to be.
    private let archivePath: String
    /// The transactions themselves, if they were given.
    private let earlier: (any EarlierTransactions)?

    /// - Parameters:
    ///   - base: Where the log begins, if not with the first transaction.
    ///   - earlier: What was before.
    package init(
        table: Table,
        base: LogBase? = nil,
        earlier: (any EarlierTransactions)? = nil
    ) {
        self.table = table
        self.base = base?.head ?? LogHead()
        archivePath = base?.archive ?? ""
        self.earlier = earlier
    }

    /// The end of what cannot be read: the log's base, or none if everything before it was given.
    package var horizon: LogHead { earlier == nil ? base : LogHead() }

    /// What has left the log.
    func archived() throws(StorageError) -> any EarlierTransactions {
        guard let earlier else { throw outOfReach }
        return earlier
    }

    /// The error for that if it was not given.
    private var outOfReach: StorageError {
        .archived(path: archivePath, position: base.lastPosition.ordinal)
    }

    /// Fails if an event after `position` has left the log and cannot be read.
    package func requireEvents(after position: Position) throws(StorageError) {
        guard position >= horizon.lastPosition else { throw outOfReach }
    }

    /// Fails if what was given as earlier transactions is not what has left the log.
    package func requireEarlier() throws(StorageError) {
        if base.number > 0, let earlier { try earlier.requireAll(through: base) }
    }

    /// How many frames a transaction of that many bytes takes.
    package static func frameCount(ofBytes count: Int) -> Int {
        max(1, (count + frameBytes - 1) / frameBytes)
    }

    /// Writes the two parts of the transaction `number` after the last one.
    package func append(
        _ finished: FinishedTransaction,
        number: UInt64,
        to transaction: inout WriteTransaction
    ) throws(StorageError) {
        try append(finished.head, finished.tail, number: number, to: &transaction)
    }

    /// Writes what was read from another log after the last one.
    package func append(
        _ stored: StoredTransaction,
        number: UInt64,
        to transaction: inout WriteTransaction
    ) throws(StorageError) {
        try append(stored.bytes, [], number: number, to: &transaction)
    }

    private func append(
        _ head: [UInt8],
        _ tail: [UInt8],
        number: UInt64,
        to transaction: inout WriteTransaction
    ) throws(StorageError) {
        let count = head.count + tail.count
        let frameCount = Self.frameCount(ofBytes: count)
        guard frameCount <= Int(UInt16.max) else {
            throw .corrupted(Corruption("a transaction of more than 32 GiB", table: table.name))
        }
        if frameCount == 1 {
            try putFrame(
                0,
                of: 1,
                head.rawSpan,
                tail.rawSpan,
                number: number,
                to: &transaction
            )
            return
        }
        let bytes = head + tail
        let nothing: [UInt8] = []
        for frame in 0..<frameCount {
            let start = frame * Self.frameBytes
            let end = min(count, start + Self.frameBytes)
            try putFrame(
                frame,
                of: frameCount,
                bytes.rawSpan.extracting(start..<end),
                nothing.rawSpan,
                number: number,
                to: &transaction
            )
        }
    }

    private func putFrame(
        _ frame: Int,
        of frameCount: Int,
        _ head: RawSpan,
        _ tail: RawSpan,
        number: UInt64,
        to transaction: inout WriteTransaction
    ) throws(StorageError) {
        let key = Self.key(number, frame: frame)
        let header = Self.header(of: key, frameCount, head, tail)
        try transaction.putLast(header.rawSpan, head, tail, forKey: key.rawSpan, in: table)
    }

    /// The header of a frame's bytes.
    static func header(
        of key: [UInt8],
        _ frameCount: Int,
        _ head: RawSpan,
        _ tail: RawSpan
    ) -> [UInt8] {
        var header = ByteWriter(reserving: 8)
        header.append(UInt32(0))
        header.append(UInt16(frameCount))
        header.append(UInt16(0))
        var crc = CRC32C()
        crc.update(key.rawSpan)
        crc.update(header.bytes.rawSpan.extracting(4..<8))
        crc.update(head)
        crc.update(tail)
        header.patch(crc.value, at: 0)
        return header.bytes
    }

    /// Removes a transaction: the last one of a copy that goes back in history, or the first one,
    /// which an archive contains; the base is then moved in the same LMDB transaction.
    package func remove(
        _ number: UInt64,
        from transaction: inout WriteTransaction
    ) throws(StorageError) {
        var frame = 0
        while try transaction.delete(Self.key(number, frame: frame).rawSpan, in: table) {
            frame += 1
        }
        if frame == 0 { throw damage("a transaction is missing", number) }
    }

    static func checksum(key: RawSpan, value: RawSpan) -> UInt32 {
        var crc = CRC32C()
        crc.update(key)
        crc.update(value.extracting(droppingFirst: 4))
        return crc.value
    }

    /// The last transaction never leaves the log.
    func requireEmpty() throws(StorageError) {
        guard base.number == 0 else {
            throw damage("the transactions after its base are missing", base.number)
        }
    }

    /// The end of the log as the transaction sees it.
    package func head(in transaction: borrowing ReadTransaction) throws(StorageError) -> LogHead {
        var cursor = try transaction.cursor(in: table)
        guard let entry = try cursor.previous() else {
            try requireEmpty()
            return LogHead()
        }
        let number = try decode(entry.key) { reader throws(Malformed) in try reader.uint64() }
        guard number > base.number, let last = try read(number, in: transaction) else {
            throw .corrupted(Corruption("the last transaction is missing", table: table.name))
        }
        return LogHead(last)
    }

    /// The transaction `number`, or `nil` if the log ends before it.
    package func read(
        _ number: UInt64,
        in transaction: borrowing ReadTransaction
    ) throws(StorageError) -> StoredTransaction? {
        if number <= base.number, number > 0 { return try archived().transaction(number) }
        var cursor = try transaction.cursor(in: table, from: Self.key(number))
        return try next(&cursor, expecting: number)
    }

    /// The transaction `number` as a writer sees it, with what it has appended itself.
    package func read(
        _ number: UInt64,
        in transaction: borrowing WriteTransaction
    ) throws(StorageError) -> StoredTransaction? {
        if number <= base.number, number > 0 { return try archived().transaction(number) }
        var cursor = try transaction.cursor(in: table, from: Self.key(number))
        return try next(&cursor, expecting: number)
    }

    static func key(_ number: UInt64, frame: Int = 0) -> [UInt8] {
        var key = ByteWriter(reserving: 10)
        key.append(number)
        key.append(UInt16(frame))
        return key.bytes
    }

    /// Joins the frames from the cursor's next entry on.
    func next(
        _ cursor: inout Cursor,
        expecting number: UInt64,
        checksFrames: Bool = true
    ) throws(StorageError) -> StoredTransaction? {
        var bytes: [UInt8] = []
        var frame = 0
        var frameCount = 1
        while frame < frameCount {
            guard let entry = try cursor.next() else {
                if frame == 0 { return nil }
                throw damage("a transaction lacks frames", number)
            }
            do throws(Malformed) {
                let count = try Self.appendFrame(
                    of: entry,
                    number,
                    frame,
                    isChecked: checksFrames,
                    to: &bytes
                )
                guard let count else {
                    if frame == 0 { return nil }
                    throw Malformed("as many frames as the first tells", offset: 0)
                }
                guard frame == 0 || count == frameCount else {
                    throw Malformed("as many frames as the first tells", offset: 4)
                }
                frameCount = count
            } catch {
                throw damage("a frame is malformed: not \(error.finding)", number)
            }
            frame += 1
        }
        do throws(Malformed) {
            let transaction = try StoredTransaction(decoding: bytes)
            guard transaction.number == number else { throw Malformed("its number", offset: 8) }
            return transaction
        } catch {
            throw damage("a transaction does not decode", number)
        }
    }

    /// Appends the contents of a frame.
    ///
    /// - Returns: How many frames its transaction has, or `nil` if it belongs to a later one.
    private static func appendFrame(
        of entry: Cursor.Entry,
        _ number: UInt64,
        _ frame: Int,
        isChecked: Bool,
        to bytes: inout [UInt8]
    ) throws(Malformed) -> Int? {
        guard entry.key.byteCount == 10 else { throw Malformed("a key of ten bytes", offset: 0) }
        guard try entry.key.uint64(at: 0) == number, Int(try entry.key.uint16(at: 8)) == frame
        else { return nil }
        if isChecked {
            let sum = checksum(key: entry.key, value: entry.value)
            guard try entry.value.uint32(at: 0) == sum else {
                throw Malformed("the checksum that it names", offset: 0)
            }
        }
        let count = Int(try entry.value.uint16(at: 4))
        guard count > 0, try entry.value.uint16(at: 6) == 0 else {
            throw Malformed("a frame's header", offset: 4)
        }
        bytes.append(copying: try entry.value.slice(at: 8, count: entry.value.byteCount - 8))
        return count
    }

    func damage(_ finding: String, _ number: UInt64) -> StorageError {
        var key = ByteWriter()
        key.append(number)
        return .corrupted(Corruption(finding, table: table.name, key: key.bytes))
    }

    private func decode<T>(
        _ bytes: RawSpan,
        _ read: (inout ByteReader) throws(Malformed) -> T
    ) throws(StorageError) -> T {
        var reader = ByteReader(bytes)
        do throws(Malformed) {
            return try read(&reader)
        } catch {
            throw .corrupted(
                Corruption("a key is malformed", table: table.name, key: [UInt8](copying: bytes))
            )
        }
    }
}
