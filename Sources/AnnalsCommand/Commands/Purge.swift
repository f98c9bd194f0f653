import Annals
import AnnalsJSON
import ArgumentParser

struct Purge: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Purge what was deleted \(RecordStore.retentionDays) days ago or earlier.",
        discussion: """
            The values of the deleted records are removed; the log keeps its events. The store \
            does not do this by itself: run it once a day.

              annals purge contacts
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var durable: DurabilityOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForWriting(durable)
        let count = try await store.purgeExpired()
        if output.writesJSON {
            try output.line(.object([("purged", .integer(count))]))
        } else {
            try output.line("Purged \(count) record\(count == 1 ? "" : "s").")
        }
        return .fine
    }
}
