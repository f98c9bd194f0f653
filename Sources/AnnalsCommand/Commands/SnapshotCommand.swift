import Annals
import AnnalsJSON
import ArgumentParser

struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Copy a store while it is in use, and manage the copies.",
        discussion: """
              annals snapshot create contacts snapshots
              annals snapshot list snapshots
              annals snapshot verify snapshots
              annals snapshot prune snapshots --keep 7 --keep-days 30
            """,
        subcommands: [
            SnapshotCreate.self, SnapshotList.self, SnapshotVerify.self, SnapshotPrune.self,
        ]
    )
}

/// Where snapshots are.
struct SnapshotOptions: ParsableArguments {
    @Argument(help: "The folder of the snapshots, or one snapshot.", completion: .directory)
    var folder: String

    @OptionGroup var output: OutputOptions
}

extension JSONValue {
    /// - Parameter branches: The histories that it may be on, if they are to be included.
    init(_ snapshot: StoreSnapshot, _ branches: [HistoryBranch]? = nil) {
        let manifest = snapshot.manifest
        let own = branches?.filter { $0.snapshots.contains(snapshot) }
        self = .object([
            ("path", .text(snapshot.path)),
            ("storeID", .text(manifest.storeID)),
            ("transactions", .integer(manifest.transactions)),
            ("lastPosition", JSONValue(manifest.lastPosition)),
            ("lastTime", .text(manifest.lastTime.precise)),
            ("epoch", .integer(Int(manifest.epoch))),
            ("nextEpoch", .integer(Int(manifest.nextEpoch))),
            ("digest", .text(manifest.digest)),
            ("root", .text(manifest.root)),
            ("fileBytes", .integer(manifest.fileBytes)),
            ("fileSHA256", .text(manifest.fileDigest)),
            ("taken", .text(manifest.taken.precise)),
            ("branches", own.map { .array($0.map { JSONValue($0) }) } ?? .null),
        ])
    }
}

extension TextTable {
    /// One row per snapshot.
    init(_ snapshots: [StoreSnapshot], _ branches: [HistoryBranch]) {
        self.init(
            "taken",
            "transactions",
            "last event",
            "last change",
            "bytes",
            "epoch",
            "digest",
            "history",
            "snapshot"
        )
        for snapshot in snapshots {
            let manifest = snapshot.manifest
            add([
                manifest.taken.precise, String(manifest.transactions),
                manifest.lastPosition.description, manifest.lastTime.precise,
                String(manifest.fileBytes), String(manifest.epoch),
                String(manifest.digest.prefix(8)), Self.history(of: snapshot, branches),
                snapshot.path.safeForTerminal,
            ])
        }
    }

    /// On which of several histories a snapshot is.
    private static func history(
        of snapshot: StoreSnapshot,
        _ branches: [HistoryBranch]
    ) -> String {
        let own = branches.filter { $0.snapshots.contains(snapshot) }
        if own.isEmpty { return "unknown" }
        if own.count == branches.count { return branches.count == 1 ? "the only one" : "all" }
        return own.map { branch in
            if branch.isLiving { return "living" }
            let digest = branch.head.digest.prefix(8)
            return branch.forkedAfter.map { "\(digest), forked after \($0)" } ?? String(digest)
        }.joined(separator: "; ")
    }
}
