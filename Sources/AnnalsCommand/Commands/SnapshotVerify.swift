import Annals
import AnnalsJSON
import ArgumentParser
import Foundation

struct SnapshotVerify: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Restore snapshots into scratch space and compare them with the result.",
        discussion: """
            The file is checked against its manifest, its pages against the rules of the file, and \
            the end of the log, the root of its tree and every table against a replay of the log. \
            In a folder with several snapshots all are verified.

              annals snapshot verify snapshots

            Exit code 4 means damage.
            """
    )

    @OptionGroup var options: SnapshotOptions

    @Option(
        help: ArgumentHelp(
            "A folder on a disk with room for the replay; default: the temporary folder.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var scratch: String?

    @Option(
        help: ArgumentHelp(
            "The archive with what had left the store's log (annals compact).",
            valueName: "folder"
        ),
        completion: .directory
    )
    var archive: String?

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        let (snapshots, damaged) = try StoreSnapshot.list(in: options.folder)
        if snapshots.isEmpty, damaged.isEmpty {
            throw StoreError.recovery(.nothing(path: options.folder))
        }
        for damage in damaged { Failure(.recovery(damage)).tell(asJSON: output.writesJSON) }
        var isSound = damaged.isEmpty
        for snapshot in snapshots {
            let findings = try await findings(of: snapshot)
            if !findings.isEmpty { isSound = false }
            try answer(snapshot, findings, output)
            try output.flush()
        }
        return isSound ? .fine : .damaged
    }

    private func findings(of snapshot: StoreSnapshot) async throws -> [String] {
        let folder = scratch ?? FileManager.default.temporaryDirectory.path
        let labels: [WorkProgress.Stage: StageBars.Label] = [
            .copying: .init(text: "Reading"), .pages: .init(text: "Walking pages"),
            .log: .init(text: "Replaying"), .tables: .init(text: "Comparing"),
        ]
        let archive = archive
        do throws(StoreError) {
            return try await StageBars.run(labels) { (progress) throws(StoreError) in
                try await snapshot.verify(
                    scratch: folder + "/annals-scratch-" + UUID().uuidString,
                    archive: archive,
                    progress: progress
                )
            }.findings
        } catch {
            guard case .recovery(.damaged(let file, let finding)) = error else { throw error }
            return ["\(file): \(finding)"]
        }
    }

    private func answer(
        _ snapshot: StoreSnapshot,
        _ findings: [String],
        _ output: Output
    ) throws {
        if output.writesJSON {
            try output.line(
                .object([
                    ("path", .text(snapshot.path)), ("clean", .boolean(findings.isEmpty)),
                    ("findings", .texts(findings)),
                ])
            )
            return
        }
        for finding in findings {
            try output.line("\(Colour.red("damage")): \(finding.safeForTerminal)")
        }
        if findings.isEmpty {
            try output.line(
                "\(snapshot.path.safeForTerminal) is sound: \(snapshot.manifest.transactions) "
                    + "transactions, root \(snapshot.manifest.root)."
            )
        }
    }
}
