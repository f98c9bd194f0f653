internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

extension Salvage {
    /// Names what is missing: numbers, positions and records, none of which has gaps in a sound
    /// store.
    mutating func nameLost(_ replay: Replay, _ rows: FoundRows, _ schema: Schema) {
        report.transactionsBehindGap = UInt64(behind.numbers.count)
        let last = replay.head
        var known = behind.numbers.map { $0...$0 }
        // What the journal contained is known to have existed, though nothing of it may be left.
        let inJournal = journalGaps.compactMap(\.numbers).map(\.upperBound).max() ?? 0
        if inJournal > max(last.number, behind.numbers.last ?? 0) {
            known.append((inJournal + 1)...(inJournal + 1))
        }
        report.lostTransactions = gaps(between: known, from: last.number + 1)
        report.unreadableJournalPlaces = journalGaps.filter { gap in
            guard let numbers = gap.numbers else { return true }
            return numbers.upperBound > last.number
        }.map(\.offset)
        var positions = behind.positions.sorted { $0.lowerBound < $1.lowerBound }
        let newest = rows.lastPosition.ordinal
        if newest > max(last.lastPosition.ordinal, positions.map(\.upperBound).max() ?? 0) {
            positions.append((newest + 1)...(newest + 1))
        }
        report.lostPositions = gaps(between: positions, from: last.lastPosition.ordinal + 1)
        var found: [UInt16: Set<UInt64>] = [:]
        for record in rows.places.keys { found[record.object, default: []].insert(record.serial) }
        var seen = found
        for record in behind.keys { seen[record.object, default: []].insert(record.serial) }
        for tree in scan.trees where tree.name.hasPrefix("records.") {
            // What the tree's record says is accepted if that many rows fit into the file.
            guard let code = UInt16(tree.name.dropFirst(8)), tree.entryCount > 0,
                tree.entryCount <= UInt64(scan.pageCount) * 64
            else { continue }
            seen[code, default: []].insert(tree.entryCount)
        }
        for (code, serials) in seen.sorted(by: { $0.key < $1.key }) {
            let known = replay.lastSerial(ofObject: code)
            guard let end = serials.max(), end > known, end < RecordKey.serialMax else { continue }
            var present = (found[code] ?? []).filter { $0 > known }.sorted().map { $0...$0 }
            present.append((end + 1)...(end + 1))
            let object = schema.object(code: code)
            for gap in gaps(between: present, from: known + 1) {
                report.lostRecords.append(
                    SalvageReport.LostRecords(
                        object: object?.name ?? "object \(code)",
                        first: object?.id(ofSerial: gap.first),
                        last: object?.id(ofSerial: gap.last),
                        count: gap.count
                    )
                )
            }
        }
    }

    /// The gaps between ascending ranges.
    private func gaps(
        between ranges: [ClosedRange<UInt64>],
        from first: UInt64
    ) -> [SalvageReport.Gap] {
        var gaps: [SalvageReport.Gap] = []
        var next = first
        for range in ranges where range.upperBound >= next {
            if range.lowerBound > next {
                gaps.append(SalvageReport.Gap(first: next, last: range.lowerBound - 1))
            }
            next = range.upperBound + 1
        }
        return gaps
    }
}
