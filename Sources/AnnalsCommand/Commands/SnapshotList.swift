import Annals
import AnnalsJSON
import ArgumentParser

struct SnapshotList: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the snapshots of a folder.",
        discussion: """
              annals snapshot list snapshots

            If there is more than one, the files of those that reach furthest are read as well, to \
            compute which belong to one history: a restore to an earlier moment forks it. Exit \
            code 4 means that one of them is damaged.
            """
    )

    @OptionGroup var options: SnapshotOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let (snapshots, damaged) = try StoreSnapshot.list(in: options.folder)
        var branches: [HistoryBranch] = []
        var failure: StoreError?
        if damaged.isEmpty, !snapshots.isEmpty {
            do throws(StoreError) {
                branches = try StoreSnapshot.branches(in: options.folder)
            } catch {
                failure = error
            }
        }
        if output.writesJSON {
            for snapshot in snapshots { try output.line(JSONValue(snapshot, branches)) }
        } else {
            try output.table(TextTable(snapshots, branches))
            if branches.count > 1 {
                for branch in branches { try output.line("There is \(branch.line).") }
            }
        }
        try output.flush()
        for damage in damaged { Failure(.recovery(damage)).tell(asJSON: output.writesJSON) }
        if let failure { Failure(failure).tell(asJSON: output.writesJSON) }
        return damaged.isEmpty && failure == nil ? .fine : .damaged
    }
}
