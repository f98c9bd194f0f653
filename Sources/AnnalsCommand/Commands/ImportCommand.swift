import Annals
public import AnnalsImport
import AnnalsJSON
public import ArgumentParser

struct ImportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import a history of changes from CSV or JSON Lines.",
        discussion: """
            The mapping file defines how rows become records; each row is a change at its own \
            time, and is imported once: to continue an import that was interrupted for whatever \
            reason, run the same command again. Rejected rows go to a file, with their lines and \
            the reasons, and the others are imported.

              annals init contacts --schema schema.json --at 2026-01-01T00:00:00Z
              annals import contacts changes.jsonl --mapping mapping.json
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var caller: CallerOptions
    @OptionGroup var durable: DurabilityOptions

    @Argument(
        help: "The file of changes; a pipe, or - for standard input, with --format.",
        completion: .file()
    )
    var file: String

    @Option(help: ArgumentHelp("The mapping file.", valueName: "file"))
    var mapping: String

    @Option(help: ArgumentHelp("csv or jsonl; default: by file name.", valueName: "format"))
    var format: ImportSource.Format?

    @Option(
        help: ArgumentHelp(
            "Where rejected rows go; default: FILE.rejects.jsonl, for a pipe import.rejects.jsonl.",
            valueName: "file"
        )
    )
    var rejects: String?

    @Option(help: ArgumentHelp("Stop after this many rejected rows.", valueName: "count"))
    var rejectLimit: Int?

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        let text = try InputText.read(mapping)
        if isReadOnce {
            StandardError.write(
                "annals: \(file.safeForTerminal) can only be read once: it is read to its end first, and "
                    + "an interrupted import only continues if the same rows are supplied again."
            )
        }
        let store = try options.openForWriting(durable)
        defer { store.close() }
        let summary: ImportSummary
        do throws(ImportError) {
            summary = try await run(text, in: store)
        } catch {
            // What was imported stays, whatever stopped the rest.
            if case .store = error {} else { try await store.synchronize() }
            throw Failure(error)
        }
        try await store.synchronize()
        if !summary.missingColumns.isEmpty {
            let names = summary.missingColumns.map { "{\($0)}" }.joined(separator: ", ")
            StandardError.write(
                "annals: No row has \(names.safeForTerminal): fields that need it were left unchanged."
            )
        }
        if output.writesJSON {
            try output.line(json(summary))
        } else {
            try tell(summary, to: output)
        }
        return summary.rejected > 0 ? .recordsRefused : .fine
    }

    private var isReadOnce: Bool {
        (try? ImportSource(path: file, format: format ?? .csv))?.isReadOnce ?? false
    }

    private var rejectsPath: String {
        rejects ?? (isReadOnce ? "import.rejects.jsonl" : file + ".rejects.jsonl")
    }

    private func run(
        _ mapping: [UInt8],
        in store: RecordStore
    ) async throws(ImportError) -> ImportSummary {
        var settings = ImportOptions()
        settings.rejectsPath = rejectsPath
        settings.rejectLimit = rejectLimit
        let session: Session
        do throws(StoreError) {
            session = try caller.session(of: store)
        } catch {
            throw .store(error)
        }
        let importer = Importer(
            store: store,
            session: session,
            mapping: try ImportMapping(json: mapping),
            source: try ImportSource(path: file, format: format),
            options: settings
        )
        let bar = ProgressBar("Importing", unit: "rows")
        defer { bar.end() }
        return try await Interrupt.cancelling { () async throws(ImportError) in
            try await importer.run { progress in
                bar.show(UInt64(progress.done), of: UInt64(progress.total))
            }
        }
    }

    private func tell(_ summary: ImportSummary, to output: Output) throws {
        let rate = Int(Double(summary.events) / max(summary.seconds, 0.001))
        try output.line(
            "\(summary.rows) rows: \(summary.created) created, \(summary.updated) updated, "
                + "\(summary.deleted) deleted, \(summary.undeleted) brought back, "
                + "\(summary.unchanged) without a change, \(summary.rejected) refused."
        )
        if summary.skipped > 0 {
            try output.line("\(summary.skipped) of them were imported before.")
        }
        for (object, count) in summary.referencesCreated.sorted(by: { $0.key < $1.key }) {
            try output.line("Made \(count) of \(object) that rows refer to.")
        }
        if summary.rejected > 0 {
            try output.line("The refused rows are in \(rejectsPath.safeForTerminal).")
        }
        let seconds = (summary.seconds * 10).rounded() / 10
        try output.line("\(summary.events) events in \(seconds) s, \(rate) a second.")
    }

    private func json(_ summary: ImportSummary) -> JSONValue {
        let memory = ResidentMemory.peak
        return .object([
            ("rows", .integer(summary.rows)),
            ("transactions", .integer(summary.transactions)),
            ("created", .integer(summary.created)),
            ("updated", .integer(summary.updated)),
            ("deleted", .integer(summary.deleted)),
            ("undeleted", .integer(summary.undeleted)),
            ("unchanged", .integer(summary.unchanged)),
            ("rejected", .integer(summary.rejected)),
            ("skipped", .integer(summary.skipped)),
            (
                "referencesCreated",
                .object(
                    summary.referencesCreated.sorted { $0.key < $1.key }
                        .map { ($0.key, .integer($0.value)) }
                )
            ),
            ("missingColumns", .texts(summary.missingColumns)),
            ("seconds", .double((summary.seconds * 1000).rounded() / 1000)),
            (
                "eventsPerSecond",
                .integer(Int(Double(summary.events) / max(summary.seconds, 0.001)))
            ),
            ("peakResidentBytes", .integer(memory.peakBytes)),
            ("residentFileBytes", .integer(memory.fileBytes)),
            ("residentAnonymousBytes", .integer(memory.anonymousBytes)),
        ])
    }
}

extension ImportSource.Format: ExpressibleByArgument {}

extension Failure {
    init(_ error: ImportError) {
        switch error {
        case .mapping: self.init("INVALID_MAPPING", error.description, .callRefused)
        case .source: self.init("INVALID_INPUT", error.description, .callRefused)
        case .store(let error):
            self = Failure(error).preceded(
                by:
                    "The import stopped; rows that were imported stay, and the same command continues. "
            )
        case .tooManyRejects: self.init("TOO_MANY_REJECTS", error.description, .recordsRefused)
        case .interrupted: self = .interrupted(error.description)
        }
    }
}
