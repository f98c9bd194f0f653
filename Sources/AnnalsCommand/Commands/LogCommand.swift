import Annals
import ArgumentParser

struct LogCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Show events, the oldest first.",
        discussion: """
              annals log contacts --tail 20
              annals log contacts --record 0Tz000000000001CAA
              annals log contacts --after 1200 --follow --json
              annals log contacts --after 1200@0bcfde0a12345678 --json

            With --follow it ends, with exit code 3, if the store is replaced or removed.

            One line per event: position, time, kind, object, record, who, and what changed. In \
            JSON also the epoch and the first digits of the digest of its transaction: appended to \
            the position of --after, they ensure that the log is still the one that was read, and \
            has not been restored to an earlier moment since.
            """
    )

    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp(
            "Only events after this position, which with a digest must be in the same history.",
            valueName: "position[@digest]"
        )
    )
    var after: LogPlace?

    @Option(help: ArgumentHelp("Only the last events.", valueName: "count"))
    var tail: Int?

    @Flag(help: "Wait for further events until interrupted, which counts as success (exit code 0).")
    var follow = false

    @Option(help: ArgumentHelp("The events of one record, from its first.", valueName: "id"))
    var record: RecordID?

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        if after != nil, tail != nil {
            throw ValidationError("Give --after or --tail, not both.")
        }
        if record != nil, after != nil || tail != nil || follow {
            throw ValidationError("--record shows the whole history: use it alone.")
        }
        if let tail, tail < 0 { throw ValidationError("--tail counts events: 0 or more.") }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        let session = store.session()
        var lines = EventLines(of: store)
        if let record {
            let events = try await session.history(of: record)
            guard !events.isEmpty else { throw Failure.neverWas(record) }
            for event in events { try await lines.write(event, to: output) }
            return .fine
        }
        if let after, let digest = after.digest {
            try await store.require(after.position, digest: digest)
        }
        var position = after?.position ?? .beforeFirst
        if let tail {
            let last = try await store.lastPosition().ordinal
            position = Position(last - min(last, UInt64(tail)))
        }
        if follow { Interrupt.listen() }
        while true {
            let events = try await session.events(after: position, limit: 1000)
            for event in events { try await lines.write(event, to: output) }
            if let last = events.last { position = last.position }
            if Interrupt.isRequested { return .fine }
            guard events.isEmpty else { continue }
            try output.flush()
            if !follow { return .fine }
            try store.requireInPlace()
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
