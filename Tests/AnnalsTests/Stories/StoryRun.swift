import Annals
import AnnalsTestSupport
import Synchronization

/// A store on which the calls of one story are made.
///
/// Its clock stands still until the story moves it, and its random bytes are the same in every run.
struct StoryRun {
    let clock = TestClock()
    private let scratch = Scratch()
    private let configuration: RecordStore.Configuration
    private(set) var store: RecordStore
    var names: StoryNames
    /// The locators for `queryMore`, by their names in the story.
    var locators: [String: String] = [:]
    /// The last event of the store before the story.
    let start: Position

    init() async throws {
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        configuration.durability = .onDemand
        configuration.mapSizeBytes = 8 << 20
        let random = Mutex(SeededRandom(seed: 1))
        configuration.random = { count in
            random.withLock { random in (0..<count).map { _ in UInt8(random.below(256)) } }
        }
        try RecordStore.create(at: scratch("store"), configuration: configuration)
        store = try RecordStore(at: scratch("store"), configuration: configuration)
        self.configuration = configuration
        names = StoryNames(administrator: store.administrator)
        start = try await store.lastPosition()
    }

    /// What is wrong with the store after the story; empty if nothing is.
    func findings() async throws -> [String] {
        try await store.check(scratch: scratch("check")).findings
    }

    /// Makes the calls of a block, one after the other.
    ///
    /// - Returns: The lines of their answers.
    mutating func answer(_ commands: [StoryCommand]) async throws -> [String] {
        var lines: [String] = []
        for command in commands {
            do {
                let answer = try await answer(command)
                lines += answer.isEmpty ? ["nothing"] : answer
            } catch let error as StoreError {
                lines += refusal(error)
            }
        }
        // An empty line would end the answer.
        return lines.flatMap { $0.split(separator: "\n") }.map { naming(String($0)) }
    }

    private mutating func answer(_ command: StoryCommand) async throws -> [String] {
        switch command.verb {
        case "create", "update", "upsert": return try await save(command)
        case "delete", "undelete", "emptyRecycleBin", "erase": return try await move(command)
        case "define": return try await define(command)
        case "purge": return ["purged \(try await store.purgeExpired())"]
        case "retrieve": return try await retrieve(command)
        case "query", "queryAll", "queryMore": return try await query(command)
        case "getUpdated", "getDeleted": return try await replicate(command)
        case "getServerTimestamp": return [try session(command).getServerTimestamp().precise]
        case "describeGlobal", "describeSObjects", "describeLayout": return try describe(command)
        case "history", "log", "bin": return try await show(command)
        case "clock", "wait": return try move(clock: command)
        case "reopen":
            store.close()
            try waitUntilClosed(store.path)
            store = try RecordStore(at: store.path, configuration: configuration)
            return ["opened"]
        case let other: throw command.mistake("there is no call \(other)")
        }
    }

    /// On whose behalf the call is made, and with which API version.
    func session(_ command: StoryCommand) throws -> Session {
        let user = try command.tags["as"].map { try id($0, command) }
        guard let version = command.tags["api"] else { return store.session(as: user) }
        guard let version = Int(version) else { throw command.mistake("api takes a number") }
        return try store.session(as: user, apiVersion: version)
    }

    func id(_ word: String, _ command: StoryCommand) throws -> RecordID {
        guard let id = names.id(word, store.schema) else {
            throw command.mistake("nothing is called \(word)")
        }
        return id
    }

    func naming(_ text: String) -> String { names.naming(text, store.schema) }

    private func refusal(_ error: StoreError) -> [String] {
        switch error {
        case .fault(let fault): ["fault \(fault.exceptionCode): \(fault.message)"]
        case .schema(let error): ["refused \(error)"]
        default: ["failed: \(error)"]
        }
    }
}

extension StoryRun {
    /// `clock 2026-03-02T10:00:00Z` sets the clock, `wait 15d` and `wait -1s` move it.
    fileprivate func move(clock command: StoryCommand) throws -> [String] {
        let text = command.text
        if command.verb == "clock" {
            clock.set(try moment(text, command))
        } else {
            guard let milliseconds = Self.milliseconds(text) else {
                throw command.mistake("wait takes a span such as 250ms, 61s, 5m, 2h or 15d")
            }
            clock.advance(milliseconds: milliseconds)
        }
        return ["it is \(clock.time.precise)"]
    }

    /// The milliseconds in `15d`.
    private static func milliseconds(_ text: String) -> Int64? {
        let units: [(String, Int64)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        for (unit, milliseconds) in units where text.hasSuffix(unit) {
            if let count = Int64(text.dropLast(unit.count)) { return count * milliseconds }
        }
        return nil
    }

    /// `now`, `now-5m`, `now+2d`, `10:05` or `10:05:07.250` of the clock's day, or a whole timestamp.
    func moment(_ text: String, _ command: StoryCommand) throws -> Timestamp {
        if text == "now" { return clock.time }
        if text.hasPrefix("now"), let span = Self.milliseconds(String(text.dropFirst(3))) {
            return clock.time.advanced(byMilliseconds: span)
        }
        let day = clock.time.precise.prefix(11)
        guard let time = Timestamp(text) ?? Timestamp("\(day)\(text)Z") else {
            throw command.mistake("\(text) is no moment")
        }
        return time
    }
}
