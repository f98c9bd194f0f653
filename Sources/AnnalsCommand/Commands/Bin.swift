import Annals
import ArgumentParser

struct Bin: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "List the recycle bin, the oldest deletion first.",
        discussion: """
              annals bin contacts
              annals bin contacts --ids | annals undelete contacts
            """
    )

    @OptionGroup var options: StoreOptions

    @Option(help: "The maximum number of records.")
    var limit = 10_000

    @Flag(help: "Show only ids, one per line.")
    var ids = false

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        let records = try await store.session().recycleBin(limit: max(0, limit))
        if ids {
            for record in records { try output.line(record.id.description) }
            return .fine
        }
        if output.writesJSON {
            for record in records { try output.record(record) }
            return .fine
        }
        var table = TextTable("id", "object", "name", "deleted")
        for record in records {
            table.add([
                record.id.description, record.type, record["Name"]?.description ?? "",
                record["SystemModstamp"]?.description ?? "",
            ])
        }
        if records.isEmpty { try output.line("The bin is empty.") } else { try output.table(table) }
        return .fine
    }
}
