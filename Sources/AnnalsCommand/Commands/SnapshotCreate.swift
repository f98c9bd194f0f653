import Annals
import AnnalsJSON
import ArgumentParser

struct SnapshotCreate: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Copy a store, as it is at one moment, into a folder of snapshots.",
        discussion: """
              annals snapshot create contacts snapshots

            Others may write to the store at the same time. Each snapshot has a folder of its own, \
            which appears when it is complete and on disk, and not before.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(
        help: "The folder of the snapshots, created if it is missing.",
        completion: .directory
    )
    var folder: String

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        let store = try options.openForReading()
        let folder = folder
        let label = StageBars.Label(text: "Copying")
        let snapshot = try await StageBars.run([.copying: label]) { (progress) throws(StoreError) in
            try await store.takeSnapshot(in: folder, progress: progress)
        }
        // The snapshot exists, whatever is wrong with others.
        let branches = (try? StoreSnapshot.branches(in: folder)) ?? []
        if output.writesJSON {
            try output.line(JSONValue(snapshot, branches))
        } else {
            try output.line(
                "\(snapshot.path.safeForTerminal): \(snapshot.manifest.transactions) transactions, "
                    + "\(snapshot.manifest.fileBytes) bytes."
            )
            for branch in branches where !branch.snapshots.contains(snapshot) {
                try output.line("The folder also has another history: \(branch.line).")
            }
        }
        return .fine
    }
}
