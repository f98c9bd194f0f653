import Annals
import AnnalsJSON
import ArgumentParser

struct SnapshotPrune: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old snapshots, and archive segments that are no longer needed.",
        discussion: """
              annals snapshot prune snapshots --keep 7 --keep-days 30 --archive archive

            Removes snapshots that are not among the newest --keep of their history and are older \
            than --keep-days, and archive segments that are older, and lie entirely within the \
            oldest remaining snapshot of the same history. Every moment that could be restored \
            still can; what vouches for that is checked against its digests before anything is \
            removed.
            """
    )

    @OptionGroup var options: SnapshotOptions

    @Option(help: ArgumentHelp("Keep this many of the newest.", valueName: "count"))
    var keep = 7

    @Option(help: ArgumentHelp("Keep those that are younger.", valueName: "days"))
    var keepDays = 30

    @Option(
        help: ArgumentHelp("The archive of the same store.", valueName: "folder"),
        completion: .directory
    )
    var archive: String?

    @Option(
        help: ArgumentHelp("Count the days from this time; default: now.", valueName: "iso-time")
    )
    var now: Timestamp?

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        guard keep > 0, keepDays >= 0 else {
            throw ValidationError("At least one snapshot is kept, for no negative time.")
        }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        let report = try StoreSnapshot.prune(
            in: options.folder,
            archive: archive,
            retention: Retention(count: keep, days: keepDays),
            now: now
        )
        if output.writesJSON {
            try output.line(
                .object([
                    ("kept", .texts(report.kept.map(\.path))),
                    ("removed", .texts(report.removed.map(\.path))),
                    ("removedSegments", .integer(report.removedSegments)),
                    ("unplaced", .texts(report.unplaced.map(\.path))),
                    (
                        "keepsSegmentsOfAnotherHistory",
                        .boolean(report.keepsSegmentsOfAnotherHistory)
                    ),
                ])
            )
        } else {
            try output.line(
                "Removed \(report.removed.count) of "
                    + "\(report.removed.count + report.kept.count) snapshots"
                    + (archive == nil ? "." : " and \(report.removedSegments) segments.")
            )
            for snapshot in report.unplaced {
                try output.line(
                    "Kept, since its history cannot be determined: "
                        + "\(snapshot.path.safeForTerminal)."
                )
            }
            if report.keepsSegmentsOfAnotherHistory {
                try output.line(
                    "Every segment is kept, since no snapshot belongs to the archive's history."
                )
            }
        }
        return .fine
    }
}
