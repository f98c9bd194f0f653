import Annals
import AnnalsJSON
import ArgumentParser
import Foundation

struct Verify: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify a whole store against its log: pages, digests, rows, every entry.",
        discussion: """
              annals verify contacts
              annals verify contacts --checkpoint monday.checkpoint --key contacts.pub

            First the pages of the file are walked without LMDB, so that no damage can harm the \
            program. Then the log is read once, on all processors: every digest is recomputed, \
            every record folded from its events and compared with its row, and every table \
            compared with the rows. Checkpoints that the store has issued must match its log, and \
            so must those that were kept elsewhere and are given here. A store in use can be \
            verified. Nothing is written, except that calls which a crash has left in the journal \
            are applied first.

            `annals check` finds the same by a replay into a second store: slower, and a second \
            opinion. Exit code 4 means damage.
            """
    )

    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp(
            "Mebibytes of rows that may be in memory at once.",
            valueName: "MiB"
        )
    )
    var memory = 2048

    @Option(
        help: ArgumentHelp(
            "A checkpoint that was kept elsewhere; may be repeated.",
            valueName: "file"
        ),
        completion: .file()
    )
    var checkpoint: [String] = []

    @Option(help: VerifierKeyArgument.help)
    var key: VerifierKeyArgument?

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        guard (1...1 << 20).contains(memory) else {
            throw ValidationError("--memory is between 1 and 1048576 mebibytes.")
        }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        guard FileManager.default.fileExists(atPath: options.store + "/data.mdb") else {
            throw StoreError.storage(
                .notAStore(path: options.store, finding: "there is no data.mdb")
            )
        }
        let trust = CheckpointTrust(
            checkpoints: try checkpoint.map(Checkpoint.read),
            key: try key?.read()
        )
        Interrupt.listen()
        var report = try await verified(trust)
        // Another process may write in the meantime.
        for _ in 0..<3 where report.isInconclusive {
            report = try await verified(trust)
        }
        if !checkpoint.isEmpty, key == nil, !output.writesJSON {
            try output.line(
                "No signature was checked, so anyone may have made the checkpoints: give --key."
            )
        }
        return try await answer(report, output)
    }

    private func verified(_ trust: CheckpointTrust) async throws(Failure) -> VerifyReport {
        let (path, configuration, memory) = (options.store, options.configuration, memory)
        let labels: [WorkProgress.Stage: StageBars.Label] = [
            .pages: .init(text: "Walking pages"), .log: .init(text: "Verifying"),
        ]
        do throws(StoreError) {
            return try await StageBars.run(labels) { (progress) throws(StoreError) in
                try await RecordStore.verify(
                    at: path,
                    configuration: configuration,
                    against: trust,
                    memoryBytes: memory << 20,
                    progress: progress
                )
            }
        } catch {
            switch error {
            case .interrupted:
                throw Failure.interrupted("Interrupted: what was verified until then was sound.")
            case .storage(.corrupted), .storage(.notAStore):
                throw Failure("DAMAGED", error.description, .damaged)
            default: throw Failure(error)
            }
        }
    }

    private func answer(_ report: VerifyReport, _ output: Output) async throws -> ExitStatus {
        if report.isInconclusive {
            throw Failure(
                "STORE_IN_USE",
                "Another process kept writing to \(options.store) during the verification: "
                    + "stop it, or verify a snapshot.",
                .storageFailed
            )
        }
        if output.writesJSON {
            try output.line(JSONValue(report, checksSignatures: key != nil))
        } else {
            for remark in report.remarks { try output.line("\(Colour.yellow("note")): \(remark)") }
            for finding in report.findings {
                try output.line("\(Colour.red("damage")): \(finding.description.safeForTerminal)")
            }
            if report.isClean {
                if report.transactionsFromJournal > 0 {
                    try output.line(
                        "\(report.transactionsFromJournal) transactions were first applied to the store, "
                            + "which a crash had left in its journal."
                    )
                }
                try output.line(
                    "The store is sound: \(report.transactions) transactions, \(report.events) "
                        + "events, \(report.entries) entries in \(report.tables) tables. "
                        + "Root \(report.root)."
                )
                // Not damage, but nothing to conceal either.
                if let lag = try await options.openForReading().info().clockLagText {
                    try output.line("The clock: \(lag)")
                }
                if report.unreadTransactions > 0 {
                    try output.line(
                        "Of \(report.unreadTransactions) transactions that have left for the archive "
                            + "only the tree and the tables were checked: give it with --archive."
                    )
                }
            }
        }
        return report.isClean ? .fine : .damaged
    }
}

extension JSONValue {
    fileprivate init(_ report: VerifyReport, checksSignatures: Bool) {
        let findings = report.findings.map { finding in
            JSONValue.object([
                ("finding", .text(finding.finding)),
                (
                    "transaction",
                    finding.transaction.map { .integer($0) } ?? .null
                ),
                ("position", JSONValue(finding.position)),
                ("record", JSONValue(finding.record)),
                ("table", finding.table.map(JSONValue.text) ?? .null),
                ("key", finding.key.map(JSONValue.text) ?? .null),
            ])
        }
        self = .object([
            ("clean", .boolean(report.isClean)),
            ("findings", .array(findings)),
            ("remarks", .texts(report.remarks)),
            ("signaturesChecked", .boolean(checksSignatures)),
            ("transactions", .integer(report.transactions)),
            ("events", .integer(report.events)),
            ("tables", .integer(report.tables)),
            ("entries", .integer(report.entries)),
            ("leakedPages", .integer(report.leakedPages)),
            ("unreadTransactions", .integer(report.unreadTransactions)),
            ("root", .text(report.root)),
            ("transactionsFromJournal", .integer(report.transactionsFromJournal)),
        ])
    }
}
