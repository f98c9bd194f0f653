import Annals
import AnnalsJSON
import ArgumentParser
import Foundation

struct Check: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Look for damage: every page, every event, every derived entry.",
        discussion: """
            First the pages of the file are walked without LMDB, so that no damage can harm the \
            program. Then the log is checked against its digests and replayed into a scratch \
            store, and every table is compared with the replay, byte by byte; this needs room for \
            a second store in the temporary folder. Nothing is written to the store, except that \
            calls which a crash has left in the journal are applied first. Exit code 4 means \
            damage.

              annals check contacts
              annals check contacts --quick    # the pages only
            """
    )

    @OptionGroup var options: StoreOptions

    @Flag(help: "Only walk the pages.")
    var quick = false

    @Option(
        help: ArgumentHelp(
            "A folder on a disk with room for the replay; default: the temporary folder.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var scratch: String?

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        guard FileManager.default.fileExists(atPath: options.store + "/data.mdb") else {
            throw StoreError.storage(
                .notAStore(path: options.store, finding: "there is no data.mdb")
            )
        }
        Interrupt.listen()
        let (report, pages) = try await reports()
        return try answer(report, leaked: pages, output)
    }

    /// The result, and the walk of the pages.
    private func reports() async throws(Failure) -> (CheckReport, pages: CheckReport) {
        do throws(StoreError) {
            let pages = try await undisturbed { () async throws(StoreError) in
                try walkPages()
            }
            if quick || !pages.isClean { return (pages, pages) }
            let log = try await undisturbed { () async throws(StoreError) in
                try await checkLog()
            }
            return (log, pages)
        } catch {
            switch error {
            case .interrupted:
                throw Failure.interrupted("Interrupted: what was checked until then was sound.")
            case .storage(.corrupted), .storage(.notAStore):
                throw Failure("DAMAGED", error.description, .damaged)
            default: throw Failure(error)
            }
        }
    }

    /// Checks up to four times, until no other process has written in the meantime.
    private func undisturbed(
        _ check: () async throws(StoreError) -> CheckReport
    ) async throws(StoreError) -> CheckReport {
        for _ in 0..<3 {
            let report = try await check()
            if !report.isInconclusive { return report }
        }
        return try await check()
    }

    private func walkPages() throws(StoreError) -> CheckReport {
        let bar = ProgressBar("Walking pages")
        defer { bar.end() }
        return try RecordStore.checkFile(at: options.store) { bar.show(share: $0) }
    }

    private func checkLog() async throws(StoreError) -> CheckReport {
        let labels: [WorkProgress.Stage: StageBars.Label] = [
            .log: .init(text: "Replaying", unit: "transactions"),
            .tables: .init(text: "Comparing", unit: "entries"),
        ]
        let (store, configuration) = (options.store, options.configuration)
        let folder = scratch ?? FileManager.default.temporaryDirectory.path
        let path = folder + "/annals-scratch-" + UUID().uuidString
        return try await StageBars.run(labels) { (progress) throws(StoreError) in
            try await RecordStore.check(
                at: store,
                configuration: configuration,
                scratch: path,
                progress: progress
            )
        }
    }

    private func answer(
        _ report: CheckReport,
        leaked pages: CheckReport,
        _ output: Output
    ) throws -> ExitStatus {
        if report.isInconclusive {
            throw Failure(
                "STORE_IN_USE",
                "Another process kept writing to \(options.store) during the check: stop it, "
                    + "or check a copy.",
                .storageFailed
            )
        }
        if output.writesJSON {
            try output.line(
                .object([
                    ("clean", .boolean(report.isClean)),
                    ("findings", .texts(report.findings)),
                    ("transactions", .integer(report.transactions)),
                    ("events", .integer(report.events)),
                    ("tables", .integer(report.tables)),
                    ("entries", .integer(report.entries)),
                    ("leakedPages", .integer(pages.leakedPages)),
                    ("transactionsFromJournal", .integer(report.transactionsFromJournal)),
                ])
            )
        } else {
            for finding in report.findings {
                try output.line("\(Colour.red("damage")): \(finding.safeForTerminal)")
            }
            if report.isClean { try output.line(sentence(report)) }
        }
        return report.isClean ? .fine : .damaged
    }

    private func sentence(_ report: CheckReport) -> String {
        if quick {
            return "The pages are sound: \(report.entries) entries, \(report.tables) tables."
        }
        let given =
            report.transactionsFromJournal > 0
            ? "\(report.transactionsFromJournal) transactions were first applied to the store, which a "
                + "crash had left in its journal. " : ""
        return given
            + "The store is sound: \(report.transactions) transactions, \(report.events) events, "
            + "\(report.entries) entries in \(report.tables) tables."
    }
}
