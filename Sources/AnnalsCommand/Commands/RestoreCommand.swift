import Annals
import AnnalsJSON
import ArgumentParser

struct RestoreCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore a store from snapshots and an archive, as it was at a moment.",
        discussion: """
              annals restore contacts --snapshot snapshots --archive archive
              annals restore before --archive archive --to-time 2026-04-15T08:00:00Z

            Either is enough, as far as it reaches. The store ends with the last transaction at or \
            before the moment; those that follow have a higher epoch. Every digest is recomputed \
            on the way. What was erased later is withheld: the record is there as it was, without \
            its values.

            If the sources contain several histories, because the store was restored before and \
            then written to, the one with the highest epoch is restored; --branch selects another.
            """
    )

    @Argument(
        help: "The folder of the new store; new or empty.",
        completion: .directory
    )
    var target: String

    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp("A snapshot, or a folder of them.", valueName: "folder"),
        completion: .directory
    )
    var snapshot: String?

    @Option(
        help: ArgumentHelp("An archive of the same store.", valueName: "folder"),
        completion: .directory
    )
    var archive: String?

    @Option(help: ArgumentHelp("The last event that may be in it.", valueName: "position"))
    var toPosition: Position?

    @Option(
        help: ArgumentHelp(
            "The last moment that may be in it; given to the second, the end of that second.",
            valueName: "iso-time"
        )
    )
    var toTime: QueryOptions.Moment?

    @Option(
        help: ArgumentHelp(
            "The history that ends with this digest; its first digits are enough.",
            valueName: "digest"
        )
    )
    var branch: String?

    var writesJSON: Bool { output.json }

    func validate() throws {
        guard snapshot != nil || archive != nil else {
            throw ValidationError("Restore from what? Give --snapshot, --archive or both.")
        }
        guard toPosition == nil || toTime == nil else {
            throw ValidationError("Give a position or a time, not both.")
        }
        if case .position? = toTime {
            throw ValidationError("Use --to-position for a position.")
        }
    }

    private var point: RestorePoint {
        if let toPosition { return .position(toPosition) }
        if case .time(let time)? = toTime { return .time(time) }
        return .newest
    }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        let (target, snapshot, archive) = (target, snapshot, archive)
        let (point, branch) = (point, branch)
        let label = StageBars.Label(text: "Restoring", unit: "transactions")
        let restored = try await StageBars.run([.log: label]) { (progress) throws(StoreError) in
            try await RecordStore.restore(
                to: target,
                snapshots: snapshot,
                archive: archive,
                point: point,
                branch: branch,
                progress: progress
            )
        }
        if output.writesJSON {
            try output.line(JSONValue(restored))
        } else {
            try output.line(
                "\(restored.path.safeForTerminal): \(restored.transactions) transactions up to "
                    + "position \(restored.lastPosition), \(restored.lastTime.precise); digest "
                    + "\(restored.digest)."
            )
            if let line = JSONValue.withheldLine(restored.withheld.count) { try output.line(line) }
            for branch in restored.branches where branch.head != restored.restoredBranch {
                try output.line("Not restored: \(branch.line).")
            }
        }
        return .fine
    }
}

extension JSONValue {
    fileprivate init(_ restored: RestoredStore) {
        self = .object([
            ("path", .text(restored.path)),
            ("storeID", .text(restored.storeID)),
            ("transactions", .integer(restored.transactions)),
            ("lastPosition", JSONValue(restored.lastPosition)),
            ("lastTime", .text(restored.lastTime.precise)),
            ("digest", .text(restored.digest)),
            ("epoch", .integer(Int(restored.epoch))),
            ("snapshot", restored.base.map { .text($0.path) } ?? .null),
            ("replayedEvents", .integer(restored.replayedEvents)),
            ("withheld", .array(restored.withheld.map { JSONValue($0) })),
            ("branches", .array(restored.branches.map { JSONValue($0) })),
        ])
    }
}
