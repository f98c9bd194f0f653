import Annals
import AnnalsJSON
import ArgumentParser

struct SnapshotList: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the snapshots of a folder.",
        discussion: """
              annals snapshot list snapshots

            Manifests are read, files are not. Exit code 4 tells that one of them is damaged.
            """
    )

    @OptionGroup var options: SnapshotOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let (snapshots, damaged) = try StoreSnapshot.list(in: options.folder)
        if output.writesJSON {
            for snapshot in snapshots { try output.line(JSONValue(snapshot)) }
        } else {
            try output.table(TextTable(snapshots))
        }
        try output.flush()
        for damage in damaged { Failure(.recovery(damage)).tell(asJSON: output.writesJSON) }
        return damaged.isEmpty ? .fine : .damaged
    }
}
