// Public, for the conformances of public types below.
public import Annals
public import ArgumentParser

/// How a command answers.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Answer in JSON Lines; failures as JSON on the standard error.")
    var json = false
}

/// Which store, at what time.
struct StoreOptions: ParsableArguments {
    @Argument(help: "The folder of the store.", completion: .directory)
    var store: String

    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "The time at which the store's clock stands, such as 2026-01-31T08:15:30Z.",
            discussion: """
                For a look at an imported history; the computer's clock if not given. A command that \
                writes refuses a time in the future.
                """,
            valueName: "iso-time"
        )
    )
    var now: Timestamp?

    @Option(
        name: .customLong("archive"),
        help: ArgumentHelp(
            "The archive that holds what has left the store's log (annals compact).",
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

    /// Refuses a clock in the future to whoever writes: the log's times do not go back, so that all
    /// later changes would have the time that was given once.
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

    /// Opens the store for one who polls it.
    ///
    /// Where nobody writes, it is opened for writing, so that the call promises the present minute:
    /// a store that stands still would else tell its consumers the same time for ever, until that is
    /// too old to begin with. Where somebody writes, who promises as well, or where nothing can be
    /// written, and as of a clock that was given, it is only read.
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
    @Option(help: ArgumentHelp("The user who acts; the administrator.", valueName: "id"))
    var user: RecordID?

    @Option(
        help: ArgumentHelp("Through what; kept with every change.", valueName: "text")
    )
    var origin = "annals/command"

    @Option(
        help: ArgumentHelp(
            "Such as 60 or 60.0: objects and fields that are newer are not known.",
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

/// What is true of a write when the command has answered.
struct DurabilityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "every-commit and grouped survive a loss of power; on-demand does not.",
            valueName: "promise"
        )
    )
    var durability = Durability.grouped
}

/// What every writing call takes.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var durable: DurabilityOptions

    @Flag(help: "One record that is refused takes all of its call back.")
    var allOrNone = false

    @Option(
        help: ArgumentHelp(
            "A repeated command with the same key is answered what the first was.",
            discussion: """
                Another command with the key is refused, and nothing is done; its text is not kept. 1 to \
                200 bytes. Calls after the first 200 records get KEY/2, KEY/3, …
                """,
            valueName: "key"
        )
    )
    var idempotencyKey: String?

    @Option(
        help: ArgumentHelp(
            "When it happened, for histories: not before the store's last change, and not in the future.",
            valueName: "iso-time"
        )
    )
    var time: Timestamp?

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

/// Names with commas between them, such as `Id,Name,Status`.
struct FieldNames: ExpressibleByArgument {
    let names: [String]

    init?(argument: String) {
        names = argument.split(separator: ",").map(String.init)
        if names.isEmpty { return nil }
    }
}
