import Annals
import AnnalsJSON
import ArgumentParser

struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Copy a store while it is in use, and see to the copies.",
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
    init(_ snapshot: StoreSnapshot) {
        let manifest = snapshot.manifest
        self = .object([
            ("path", .text(snapshot.path)),
            ("storeID", .text(manifest.storeID)),
            ("transactions", .integer(manifest.transactions)),
            ("lastPosition", JSONValue(manifest.lastPosition)),
            ("lastTime", .text(manifest.lastTime.precise)),
            ("epoch", .integer(Int(manifest.epoch))),
            ("digest", .text(manifest.digest)),
            ("root", .text(manifest.root)),
            ("fileBytes", .integer(manifest.fileBytes)),
            ("fileSHA256", .text(manifest.fileDigest)),
            ("taken", .text(manifest.taken.precise)),
        ])
    }
}

extension TextTable {
    /// A row each.
    init(_ snapshots: [StoreSnapshot]) {
        self.init("taken", "transactions", "last event", "last change", "bytes", "snapshot")
        for snapshot in snapshots {
            let manifest = snapshot.manifest
            add([
                manifest.taken.precise, String(manifest.transactions),
                manifest.lastPosition.description, manifest.lastTime.precise,
                String(manifest.fileBytes), snapshot.path.safeForTerminal,
            ])
        }
    }
}
