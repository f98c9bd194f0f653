import Annals
import AnnalsJSON
import ArgumentParser
import Foundation

struct Salvage: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Create a store from everything that still verifies in a damaged one.",
        discussion: """
              annals salvage contacts contacts-new

            The file is read page by page, whatever state it is in, and nothing is written to it. \
            The log is replayed into the new store from its first transaction to its first gap. \
            What verifies after the gap is written next to it, into NEW.salvaged: events.jsonl, \
            and records.jsonl with each record whose row is newer than in the new store. \
            report.json names what is lost.

            Exit code 0 means that the new store has everything that the damaged one had, 4 that \
            something is missing.
            """
    )

    @Argument(
        help: ArgumentHelp("The folder of the store, or its data file.", valueName: "damaged"),
        completion: .directory
    )
    var damaged: String

    @Argument(
        help: ArgumentHelp("The folder of the new store; new or empty.", valueName: "new"),
        completion: .directory
    )
    var target: String

    @OptionGroup var output: OutputOptions

    var writesJSON: Bool { output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        let bar = ProgressBar("Salvaging")
        defer { bar.end() }
        let beside = try SalvageFolder(beside: target)
        let report: SalvageReport
        do throws(StoreError) {
            report = try RecordStore.salvage(from: damaged, to: target) { stage, share in
                bar.show(share: stage.share(share))
            } tell: { item in
                beside.write(item)
            } completed: { report in
                beside.finish(report)
            }
        } catch {
            beside.discard()
            throw beside.failure ?? Failure(error)
        }
        bar.end()
        if output.writesJSON {
            try output.line(JSONValue(report))
        } else {
            for line in report.lines(beside: beside.path) { try output.line(line) }
        }
        return report.isWhole ? .fine : .damaged
    }
}

extension SalvageStage {
    /// For the whole work.
    fileprivate func share(_ share: Double) -> Double {
        switch self {
        case .scanning: 0.3 * share
        case .replaying: 0.3 + 0.4 * share
        case .comparing: 0.7 + 0.25 * share
        case .telling: 0.95
        }
    }
}

extension SalvageReport {
    /// For people.
    fileprivate func lines(beside folder: String) -> [String] {
        var lines: [String] = []
        if let store {
            lines.append(
                "\(store.path.safeForTerminal): \(store.transactions) transactions up to position "
                    + "\(store.lastPosition), \(store.lastTime.precise); digest \(store.digest)."
            )
            if store.isNewIdentity {
                lines.append("The identity of the store was lost; it has a new one.")
            }
        } else {
            lines.append("Not even the first transaction was found: no store was created.")
        }
        for table in damagedTables {
            lines.append("Damaged pages in table \(table.name.safeForTerminal): \(table.pages)")
        }
        if unreadablePages > 0 {
            lines.append("Pages that cannot be read from the disk: \(unreadablePages)")
        }
        if strayTransactions > 0 {
            lines.append("Transactions that nothing led to any more: \(strayTransactions)")
        }
        if let gap { lines.append("The chain ends: \(gap)") }
        for gap in lostTransactions {
            lines.append("Lost: transactions \(gap.first) to \(gap.last)")
        }
        for place in unreadableJournalPlaces {
            lines.append("Lost: what the journal had at byte \(place)")
        }
        for gap in lostPositions { lines.append("Lost: events \(gap.first) to \(gap.last)") }
        for lost in lostRecords {
            let ids = [lost.first, lost.last].compactMap { $0?.description }
            lines.append(
                "Lost: \(lost.count) records of \(lost.object.safeForTerminal), "
                    + ids.joined(separator: " to ")
            )
        }
        for record in withheldRecords {
            lines.append("Erased, and the erasure lost: \(record), whose values are withheld")
        }
        if events > 0 || records > 0 {
            lines.append(
                "Next to it, in \(folder.safeForTerminal): \(events) events of "
                    + "\(transactionsBehindGap) transactions after the gap, \(records) records."
            )
        }
        if isWhole { lines.append("Nothing is lost.") }
        return lines
    }
}
