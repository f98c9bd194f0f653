import Annals
import AnnalsJSON
import ArgumentParser

struct TimestampCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "timestamp",
        abstract: "Show the time of the store's clock.",
        discussion: """
              annals timestamp contacts

            The call getServerTimestamp: in UTC, with milliseconds. A consumer that polls uses it \
            as the end of a window.
            """
    )

    @OptionGroup var options: StoreOptions
    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let session = try caller.session(of: options.openForReading())
        let time = session.getServerTimestamp().precise
        if output.writesJSON {
            try output.line(.object([("timestamp", .text(time))]))
        } else {
            try output.line(time)
        }
        return .fine
    }
}
