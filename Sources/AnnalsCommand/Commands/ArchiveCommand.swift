import Annals
import AnnalsJSON
import ArgumentParser

struct ArchiveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Append to an archive what a store's log has beyond it.",
        discussion: """
            An archive is a folder of compressed segments of the log, that may be copied anywhere, \
            file by file and in any order. Others may write to the store meanwhile. A run that is \
            killed loses nothing: the next goes on where the archive ends. With --follow it ends, \
            with exit code 3, where the store is replaced or removed.

              annals archive contacts archive
              annals archive contacts archive --follow
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(
        help: "The folder of the archive, made where it is missing.",
        completion: .directory
    )
    var folder: String

    @Flag(help: "Go on until interrupted, and look at the log every second.")
    var follow = false

    @Option(
        help: ArgumentHelp("With --follow: how long between two looks.", valueName: "seconds")
    )
    var interval = 1.0

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        guard interval >= 0.01, interval <= 86400 else {
            throw ValidationError("The interval is from 0.01 to 86400 seconds.")
        }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        let store = try options.openForReading()
        let bar = ProgressBar("Archiving", unit: "transactions")
        defer { bar.end() }
        let archive = try store.archive(to: folder) { bar.show($0, of: $1) }
        bar.end()
        try tell(archive, output)
        if follow { try await follow(store, output) }
        return .fine
    }

    private func follow(_ store: RecordStore, _ output: Output) async throws {
        var failure: (any Error)?
        try await store.archive(to: folder, every: .seconds(interval)) { archive, new in
            do {
                if new > 0 { try tell(archive, output) }
            } catch {
                failure = error
            }
            return failure == nil && !Interrupt.isRequested
        }
        if let failure { throw failure }
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
