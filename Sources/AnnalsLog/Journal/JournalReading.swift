internal import AnnalsBytes
internal import AnnalsLMDB

/// What a salvage finds in a journal.
package struct JournalSurvey {
    /// A place where an entry of the last round can't be read completely.
    package struct Gap {
        package let offset: Int
        /// The transactions that it contained, if its first sector shows this.
        package let numbers: ClosedRange<UInt64>?
    }

    /// Every complete transaction.
    package var transactions: [StoredTransaction] = []
    package var gaps: [Gap] = []
}

/// The bytes of a journal, and their interpretation.
///
/// The file is overwritten from its beginning, round after round: after the last entry of the last
/// round come the remains of earlier ones, whose transactions the log has. Nothing is trusted
/// because of its place: what follows the log's end is proven by numbers and digests, and what is
/// missing by later entries of the same round.
struct JournalReading {
    private let bytes: [UInt8]
    /// Of the file, which may be longer.
    private let length: Int

    init(_ bytes: [UInt8], length: Int) {
        self.bytes = bytes
        self.length = length
    }

    /// What is at a place where an entry may begin.
    private enum Place {
        /// No entry: it was never written, or it is the middle of one.
        case nothing
        /// The first sector of something, changed since it was written.
        case unreadable(stamp: UInt64)
        case entry(Entry)
    }

    private struct Entry {
        enum State { case whole, unfinished, damaged }

        let header: JournalHeader
        let state: State
        /// Those that can be read.
        let transactions: [StoredTransaction]
    }

    // MARK: Looking

    private func place(at offset: Int) -> Place {
        switch JournalSector.look(bytes.rawSpan, at: offset) {
        case .blank: return .nothing
        case .damaged(let stamp): return .unreadable(stamp: stamp)
        case .whole(let stamp):
            guard
                let header = try? JournalHeader(bytes.rawSpan.extracting(droppingFirst: offset)),
                stamp == JournalSector.stamp(ofEntry: header.number)
            else { return .nothing }
            return .entry(entry(header, at: offset, stamp))
        }
    }

    private func entry(_ header: JournalHeader, at offset: Int, _ stamp: UInt64) -> Entry {
        var parts = ByteWriter()
        var isRead: [Bool] = []
        var isDamaged = false
        for index in 0..<header.sectorCount {
            let sector = offset + index * JournalSector.byteCount
            // Nothing is allocated for more than the file can hold.
            guard sector + JournalSector.byteCount <= bytes.count else { break }
            let look = JournalSector.look(bytes.rawSpan, at: sector)
            isRead.append(look == .whole(stamp: stamp))
            if case .damaged = look { isDamaged = true }
            let part = sector..<(sector + JournalSector.partByteCount)
            parts.append(bytes.rawSpan.extracting(part))
        }
        let isWhole = isRead.count == header.sectorCount && isRead.allSatisfy(\.self)
        let found = transactions(header, parts.bytes, isRead)
        let state: Entry.State =
            if isDamaged || isWhole && !found.isAll { .damaged } else {
                isWhole ? .whole : .unfinished
            }
        return Entry(header: header, state: state, transactions: found.transactions)
    }

    /// - Returns: Those in sectors that were read, and whether they are all of them.
    private func transactions(
        _ header: JournalHeader,
        _ parts: [UInt8],
        _ isRead: [Bool]
    ) -> (transactions: [StoredTransaction], isAll: Bool) {
        func canRead(_ range: Range<Int>) -> Bool {
            guard !range.isEmpty, range.upperBound <= parts.count else { return false }
            let first = range.lowerBound / JournalSector.partByteCount
            let last = (range.upperBound - 1) / JournalSector.partByteCount
            return isRead[first...last].allSatisfy(\.self)
        }
        var found: [StoredTransaction] = []
        var offset = JournalHeader.byteCount
        var number = header.firstTransaction
        var isAll = true
        for _ in 0..<header.transactionCount {
            guard canRead(offset..<offset + 4),
                let length = try? parts.rawSpan.uint32(at: offset)
            else { return (found, false) }
            let range = (offset + 4)..<(offset + 4 + Int(length))
            if canRead(range),
                let transaction = try? StoredTransaction(decoding: Array(parts[range])),
                transaction.number == number
            {
                found.append(transaction)
            } else {
                isAll = false
            }
            number += 1
            offset = range.upperBound
        }
        return (found, isAll && offset == JournalHeader.byteCount + header.transactionsByteCount)
    }

    /// Something of the last round.
    private struct Item {
        let offset: Int
        /// `nil` for what can't be read.
        let entry: Entry?
        /// Which entry it is; an unknown one may be the newest.
        let number: UInt64
    }

    /// The entries written in the last round, in that order; entries are counted through all
    /// rounds.
    private var lastRound: (newest: JournalHeader, items: [Item])? {
        var found: [(offset: Int, place: Place)] = []
        var newest: JournalHeader?
        var offset = 0
        while offset < bytes.count {
            let place = place(at: offset)
            switch place {
            case .nothing: offset += Journal.alignment
            case .unreadable:
                found.append((offset, place))
                offset += Journal.alignment
            case .entry(let entry):
                found.append((offset, place))
                if entry.header.number > newest?.number ?? 0 { newest = entry.header }
                // An entry that was started over an older one leaves the rest of that one.
                offset += entry.state == .whole ? entry.header.stride : Journal.alignment
            }
        }
        guard let newest else {
            let items = found.map { Item(offset: $0.offset, entry: nil, number: .max) }
            return items.isEmpty ? nil : (JournalHeader(), items)
        }
        let round = found.compactMap { offset, place -> Item? in
            guard case .entry(let entry) = place, entry.header.identity == newest.identity,
                entry.header.round == newest.round
            else { return nil }
            return Item(offset: offset, entry: entry, number: entry.header.number)
        }
        let unreadable = found.compactMap { offset, place -> Item? in
            switch place {
            case .nothing: return nil
            case .entry(let entry):
                if entry.header.identity == newest.identity { return nil }
            case .unreadable(let stamp):
                if let number = Self.entry(ofStamp: stamp, upTo: newest.number + 1000) {
                    // Damage to the remains of an earlier round is harmless.
                    if number < newest.firstOfRound { return nil }
                    return Item(offset: offset, entry: nil, number: number)
                }
            }
            // Between two entries of the round it is one of them.
            let before = round.last { $0.offset < offset }
            let isBetween = round.contains { $0.offset > offset }
            return Item(
                offset: offset,
                entry: nil,
                number: isBetween ? before?.number ?? .max : .max
            )
        }
        let items = (round + unreadable).sorted { ($0.number, $0.offset) < ($1.number, $1.offset) }
        return (newest, items)
    }

    private static func entry(ofStamp stamp: UInt64, upTo last: UInt64) -> UInt64? {
        let count = min(last, 1 << 26)
        return ((last - count)...last).last { JournalSector.stamp(ofEntry: $0) == stamp }
    }

    // MARK: Answering

    /// The transactions that follow the log's end, and what prevents others from being read.
    ///
    /// - Throws: ``StorageError/journal(_:)`` if it isn't a journal of this log.
    func transactions(
        after head: LogHead,
        path: String,
        digest: (UInt64) throws(StorageError) -> Digest?
    ) throws(StorageError) -> ([StoredTransaction], JournalProblem?) {
        guard let (newest, items) = lastRound else { return ([], nil) }
        var found: [StoredTransaction] = []
        var end = head
        /// The first unreadable place after the last sound entry.
        var stop: (offset: Int, finding: String)?
        var after = 0
        var isGap = false
        let unreadable = items.first { $0.entry == nil }
        func foreign(_ finding: String, _ offset: Int) -> StorageError {
            .journal(
                JournalProblem(.ofAnotherStore, finding, path: path, offset: offset, found.count, 0)
            )
        }
        for item in items {
            guard let entry = item.entry else {
                stop = stop ?? (item.offset, Self.unreadable)
                continue
            }
            if entry.state != .whole {
                if entry.header.lastTransaction <= end.number { continue }
                let finding: String? =
                    entry.state == .damaged
                    ? "the entry of transactions \(entry.header.firstTransaction) to "
                        + "\(entry.header.lastTransaction) was changed since it was written" : nil
                stop = stop ?? (item.offset, finding ?? Self.unfinished)
                continue
            }
            for transaction in entry.transactions {
                let number = transaction.number
                if number <= head.number {
                    let known = number == head.number ? head.digest : try digest(number)
                    // Each names its predecessor: the last one vouches for all.
                    if number == min(head.number, entry.header.lastTransaction), let known,
                        known != transaction.digest
                    {
                        throw foreign(
                            "its transaction \(number) is another one than the log's",
                            item.offset
                        )
                    }
                    // So the log also has what was before it.
                    if !isGap { stop = nil }
                } else if !isGap, number == end.number + 1 {
                    guard transaction.previousDigest == end.digest else {
                        if found.isEmpty {
                            throw foreign(
                                "it continues from another transaction than the log's last",
                                item.offset
                            )
                        }
                        stop = stop ?? (item.offset, "an entry doesn't follow the one before")
                        isGap = true
                        after += 1
                        continue
                    }
                    end = LogHead(transaction)
                    found.append(transaction)
                    // What can't be read was not part of the chain.
                    stop = nil
                } else if number > end.number {
                    if let unreadable, stop == nil { stop = (unreadable.offset, Self.unreadable) }
                    if found.isEmpty, stop == nil, !isGap {
                        throw foreign(
                            "it begins with transaction \(number), and the log ends with "
                                + "\(head.number)",
                            item.offset
                        )
                    }
                    stop = stop ?? (item.offset, "transaction \(end.number + 1) is missing")
                    isGap = true
                    after += 1
                }
            }
        }
        if let stop, isGap || stop.finding != Self.unfinished {
            let finding =
                stop.finding == Self.unfinished
                ? "an entry was never written completely, and later ones were" : stop.finding
            let problem = JournalProblem(
                .damaged,
                finding,
                path: path,
                offset: stop.offset,
                found.count,
                after
            )
            return (found, problem)
        }
        if newest.fileByteCount > length {
            let finding = "the file was cut off: it had at least \(newest.fileByteCount) bytes"
            let problem = JournalProblem(
                .damaged,
                finding,
                path: path,
                offset: length,
                found.count,
                0
            )
            return (found, problem)
        }
        return (found, nil)
    }

    private static let unfinished = "unfinished"
    private static let unreadable = "an entry can't be read"

    /// Everything that can be read, and the places of the last round that can't.
    func survey() -> JournalSurvey {
        var survey = JournalSurvey()
        var offset = 0
        while offset < bytes.count {
            if case .entry(let entry) = place(at: offset) {
                survey.transactions += entry.transactions
            }
            // An entry may have been started over another one: what is left of that is read as
            // well.
            offset += Journal.alignment
        }
        for item in lastRound?.items ?? [] where item.entry?.state != .whole {
            if let entry = item.entry {
                // No call had returned if its entry was never written completely.
                if entry.state == .unfinished { continue }
                let header = entry.header
                survey.gaps.append(
                    JournalSurvey.Gap(
                        offset: item.offset,
                        numbers: header.firstTransaction...header.lastTransaction
                    )
                )
            } else {
                survey.gaps.append(JournalSurvey.Gap(offset: item.offset, numbers: nil))
            }
        }
        return survey
    }
}
