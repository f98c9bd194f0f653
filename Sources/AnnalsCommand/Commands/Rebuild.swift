import Annals
import AnnalsJSON
import ArgumentParser

struct Rebuild: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Rebuild derived tables from the log.",
        discussion: """
            For tables that `annals check` found to differ from the log. No one else may have the \
            store open. Needs about as much disk space as the store.

              annals rebuild contacts
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "The tables; default: all of them.")
    var tables: [String] = []

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        let (path, tables, configuration) = (options.store, tables, options.configuration)
        let label = StageBars.Label(text: "Replaying", unit: "transactions")
        let rebuilt: [String]
        do throws(StoreError) {
            rebuilt = try await StageBars.run([.log: label]) { (progress) throws(StoreError) in
                try await RecordStore.rebuild(
                    at: path,
                    tables: tables,
                    configuration: configuration,
                    progress: progress
                )
            }
        } catch {
            if case .interrupted = error {
                throw Failure.interrupted("Interrupted: no table was changed. Run it again.")
            }
            throw Failure(error)
        }
        if output.writesJSON {
            try output.line(.object([("rebuilt", .texts(rebuilt))]))
        } else {
            try output.line("Made \(rebuilt.count) tables from the log.")
        }
        return .fine
    }
}
