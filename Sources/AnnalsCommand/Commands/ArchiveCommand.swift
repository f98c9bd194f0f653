import Annals
import AnnalsJSON
import ArgumentParser

struct ArchiveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Append the new part of a store's log to an archive.",
        discussion: """
            An archive is a folder of compressed segments of the log, which may be copied \
            anywhere, file by file and in any order. Others may write to the store at the same \
            time. A run that is killed loses nothing: the next one continues where the archive \
            ends. With --follow it ends, with exit code 3, if the store is replaced or removed.

              annals archive contacts archive
              annals archive contacts archive --follow
              annals archive archive --verify

            Before anything is appended, the names, headers and lengths of all segments are \
            checked, and every byte of the last one. --verify reads them all: it checks every \
            digest, every link from one to the next, and that no value is left that was erased \
            later. Exit code 4 means damage.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(
        help: "The folder of the archive, created if it is missing.",
        completion: .directory
    )
    var folder: String?

    @Flag(help: "Verify a whole archive, given in place of the store, and append nothing.")
    var verify = false

    @Flag(help: "Continue until interrupted, checking the log every second.")
    var follow = false

    @Option(
        help: ArgumentHelp("With --follow: the time between two checks.", valueName: "seconds")
    )
    var interval = 1.0

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        guard interval >= 0.01, interval <= 86400 else {
            throw ValidationError("The interval must be between 0.01 and 86400 seconds.")
        }
        if verify, folder != nil || follow {
            throw ValidationError("--verify reads an archive: use it alone.")
        }
        if !verify, folder == nil {
            throw ValidationError("Append to which archive? Give a store and a folder.")
        }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        guard let folder else { return try await verify(options.store, output) }
        let store = try options.openForReading()
        let label = StageBars.Label(text: "Archiving", unit: "transactions")
        let archive = try await StageBars.run([.log: label]) { (progress) throws(StoreError) in
            try await store.archive(to: folder, progress: progress)
        }
        try tell(archive, output)
        if follow { try await follow(store, folder, output) }
        return .fine
    }

    private func verify(_ archive: String, _ output: Output) async throws -> ExitStatus {
        let label = StageBars.Label(text: "Reading", unit: "transactions")
        let report = try await StageBars.run([.log: label]) { (progress) throws(StoreError) in
            try await Archive.verify(at: archive, progress: progress)
        }
        if output.writesJSON {
            try output.line(
                .object([
                    ("path", .text(report.path)), ("clean", .boolean(report.isClean)),
                    ("findings", .texts(report.findings)),
                    ("segments", .integer(report.segments)),
                    ("transactions", .integer(Int(clamping: report.transactions))),
                    ("events", .integer(report.events)),
                    ("superseded", .integer(report.superseded)),
                ])
            )
        } else {
            for finding in report.findings {
                try output.line("\(Colour.red("damage")): \(finding.safeForTerminal)")
            }
            if report.isClean {
                try output.line(
                    "\(report.path.safeForTerminal) is sound: \(report.transactions) transactions, "
                        + "\(report.events) events in \(report.segments) segments."
                )
            }
        }
        return report.isClean ? .fine : .damaged
    }

    private func follow(_ store: RecordStore, _ folder: String, _ output: Output) async throws {
        let interval = interval
        let (runs, continuation) = AsyncStream.makeStream(of: (archive: Archive, new: UInt64).self)
        let work = Task {
            defer { continuation.finish() }
            try await Interrupt.cancelling {
                try await store.archive(to: folder, every: .seconds(interval)) { archive, new in
                    continuation.yield((archive, new))
                }
            }
        }
        defer { work.cancel() }
        for await run in runs where run.new > 0 { try tell(run.archive, output) }
        try await work.value
    }

    private func tell(_ archive: Archive, _ output: Output) throws {
        if output.writesJSON {
            try output.line(JSONValue(archive))
        } else {
            try output.line(
                "\(archive.path.safeForTerminal): \(archive.transactions?.upperBound ?? 0) "
                    + "transactions in \(archive.segmentCount) segments, \(archive.fileBytes) bytes."
            )
        }
        try output.flush()
    }
}

extension JSONValue {
    fileprivate init(_ archive: Archive) {
        self = .object([
            ("path", .text(archive.path)),
            ("storeID", archive.storeID.map { .text($0) } ?? .null),
            ("firstTransaction", .integer(archive.transactions?.lowerBound ?? 0)),
            ("transactions", .integer(archive.transactions?.upperBound ?? 0)),
            ("lastPosition", JSONValue(archive.lastPosition)),
            ("lastTime", archive.lastTime.map { .text($0.precise) } ?? .null),
            ("segments", .integer(archive.segmentCount)),
            ("logBytes", .integer(archive.logBytes)),
            ("fileBytes", .integer(archive.fileBytes)),
        ])
    }
}
