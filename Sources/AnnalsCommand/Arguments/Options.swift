// Public, for the conformances of public types below.
public import Annals
public import ArgumentParser

/// The form of a command's output.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Answer in JSON Lines; failures as JSON on standard error.")
    var json = false
}

/// Which store, at what time.
struct StoreOptions: ParsableArguments {
    @Argument(help: "The folder of the store.", completion: .directory)
    var store: String

    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "The time of the store's clock, such as 2026-01-31T08:15:30Z.",
            discussion: """
                For reading an imported history; the computer's clock if not given. A command that \
                writes rejects a time in the future.
                """,
            valueName: "iso-time"
        )
    )
    var now: Timestamp?

    @Option(
        name: .customLong("archive"),
        help: ArgumentHelp(
            "The archive with what has left the store's log (annals compact).",
            valueName: "folder"
        ),
        completion: .directory
    )
    var archive: String?

    var configuration: RecordStore.Configuration {
        var configuration = RecordStore.Configuration()
        if let now { configuration.clock = { now } }
        configuration.archive = archive
        return configuration
    }

    /// Rejects a clock in the future for commands that write: the log's times do not go back, so
    /// all later changes would get that time.
    func requirePresent() throws(StoreError) {
        guard let now else { return }
        let clock = SystemClock.now()
        guard now <= clock.advanced(byMilliseconds: RecordStore.aheadMilliseconds) else {
            throw .timeTooLate(given: now, now: clock)
        }
    }

    func openForReading() throws(StoreError) -> RecordStore {
        var configuration = configuration
        configuration.isReadOnly = true
        return try RecordStore(at: store, configuration: configuration)
    }

    /// Opens the store for a consumer that polls it.
    ///
    /// If no one is writing, it is opened for writing, so that the call promises the present
    /// minute: a store without writes would otherwise report the same time to its consumers
    /// forever, until that is too old to start from. If someone is writing, and so promises as
    /// well, or if nothing can be written, and as of a given clock, it is only read.
    func openForPolling() throws(StoreError) -> RecordStore {
        var configuration = configuration
        if now == nil, let store = try? RecordStore(at: store, configuration: configuration) {
            return store
        }
        configuration.isReadOnly = true
        return try RecordStore(at: store, configuration: configuration)
    }

    func openForWriting(_ options: DurabilityOptions) throws(StoreError) -> RecordStore {
        try requirePresent()
        var configuration = configuration
        configuration.durability = options.durability
        return try RecordStore(at: store, configuration: configuration)
    }
}

/// On whose behalf a call is made.
struct CallerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The user who acts; default: the administrator.", valueName: "id"))
    var user: RecordID?

    @Option(
        help: ArgumentHelp("The client; kept with every change.", valueName: "text")
    )
    var origin = "annals/command"

    @Option(
        help: ArgumentHelp(
            "Such as 60 or 60.0: newer objects and fields are unknown.",
            valueName: "version"
        )
    )
    var apiVersion = SpokenVersion(number: Session.latestAPIVersion)

    func session(of store: RecordStore) throws(StoreError) -> Session {
        try store.session(as: user, origin: origin, apiVersion: apiVersion.number)
    }
}

/// A version of the API as clients write it, `60` or `60.0`.
struct SpokenVersion: ExpressibleByArgument {
    let number: Int

    init(number: Int) { self.number = number }

    init?(argument: String) {
        guard let number = APIVersion.number(argument) else { return nil }
        self.number = number
    }

    var defaultValueDescription: String { String(number) }
}

/// What a write guarantees once the command has answered.
struct DurabilityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "every-commit and grouped survive a loss of power; on-demand does not.",
            valueName: "promise"
        )
    )
    var durability = Durability.grouped
}

/// The options of every writing call.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var durable: DurabilityOptions

    @Flag(help: "One rejected record rolls back its whole call.")
    var allOrNone = false

    @Option(
        help: ArgumentHelp(
            "A repeated command with the same key gets the first answer.",
            discussion: """
                Another command with the key is rejected, and nothing is done; its text is not \
                kept. 1 to 190 bytes. Calls after the first 200 records get KEY/2, KEY/3, …
                """,
            valueName: "key"
        )
    )
    var idempotencyKey: String?

    @Option(
        help: ArgumentHelp(
            "When it happened, for histories: not before the last change, and not in the future.",
            valueName: "iso-time"
        )
    )
    var time: Timestamp?

    func validate() throws {
        // Later calls append a number, and a key of the store has 200 bytes: none may be found too
        // long when some have been made.
        if let idempotencyKey, idempotencyKey.utf8.count > 190 {
            throw ValidationError("--idempotency-key has 1 to 190 bytes.")
        }
    }

    /// The options of the call with this number, 0 for the first.
    func options(ofCall number: Int) -> CallOptions {
        CallOptions(
            allOrNone: allOrNone,
            idempotencyKey: idempotencyKey.map { number == 0 ? $0 : "\($0)/\(number + 1)" },
            time: time
        )
    }
}

extension Durability: ExpressibleByArgument {}
extension EventCount.Grouping: ExpressibleByArgument {}

extension RecordID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Timestamp: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Position: ExpressibleByArgument {
    public init?(argument: String) {
        guard let ordinal = UInt64(argument) else { return nil }
        self.init(ordinal)
    }
}

/// Names separated by commas, such as `Id,Name,Status`.
struct FieldNames: ExpressibleByArgument {
    let names: [String]

    init?(argument: String) {
        names = argument.split(separator: ",").map(String.init)
        if names.isEmpty { return nil }
    }
}
