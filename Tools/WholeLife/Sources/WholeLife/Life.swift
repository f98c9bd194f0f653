import Glibc

/// Something that is not as it must be.
package struct Finding: Error {
    /// The same for the same fault, so that a shorter life is known to fail in the same way.
    package var kind: String
    package var text: String
}

/// One thing that happens in a life.
///
/// It makes up what to do from its seed and from the contents of the store: if it is left out or
/// moved, the others still do something.
package struct Happening: Sendable, Equatable, CustomStringConvertible {
    var name: String
    var seed: UInt64

    package var description: String { "\(name) \(seed)" }
}

package struct Options: Sendable {
    let annals: String
    /// The program that uses the library, and what is loaded before programs so that they die and
    /// their clocks stand still; without those, the clock is the computer's, and nothing is killed.
    let worker: String?
    let preload: String?
    package let scratch: String
    /// Known faults, such as D4: anything that would run into them is left out.
    package var ignored: Set<String> = []
    /// Whether each command is printed.
    package var isTelling = false
    /// How many calls in a hundred have an idempotency key.
    package var keyPercent = 30
    /// How long a failing life is being shortened.
    package var shrinkSeconds = 90.0

    package init(annals: String, worker: String?, preload: String?, scratch: String) {
        self.annals = annals
        self.worker = worker
        self.preload = preload
        self.scratch = scratch
    }
}

/// The life of one store, in a folder of its own.
struct Life: ~Copyable {
    let seed: UInt64
    let options: Options
    let folder: String
    var programs: Programs
    var random: Random

    /// Milliseconds since 1970; does not change while a program runs.
    var now = 1_772_323_200_500
    var history = History()
    var snapshots: [Copied] = []
    var archives: [Copied] = []
    /// The archive as it was copied away file by file.
    var mirror: Copied?
    var followers: [Running] = []
    /// A call that was killed while others had the store open: it may turn out to have been made.
    var pending: (Call, [Set<String>])?
    /// The words in the values of fields, by record.
    var markers: [String: Set<String>] = [:]
    /// Those that a record got after a restore had left out its values: they are there as long as
    /// it is not erased.
    var lateMarkers: [String: Set<String>] = [:]
    /// Whether no bytes of erased values can be left in free pages.
    var isCompacted = true
    var lastNumber = 0
    var madeMarkers = 0
    var madeFiles = 0
    var madeKeys = 0
    /// The ends of the windows for which getUpdated and getDeleted have returned: no commit may be
    /// before one of them, though the clock has stepped back since.
    var covered: Set<Int> = []
    /// The horizon, before which only an archive has events.
    var horizon = 0
    var snapshotFolder = 0
    var archiveFolder = 0
    /// How often each thing happened or was checked.
    var counts: [String: Int] = [:]
    var happening = Happening(name: "init", seed: 0)

    var store: String { folder + "/s" }
    var model: Model { history.model }
    var schema: Schema { history.model.schema }

    func isIgnored(_ fault: String) -> Bool { options.ignored.contains(fault) }

    init(seed: UInt64, options: Options) throws(Finding) {
        self.seed = seed
        self.options = options
        folder = options.scratch + "/life\(seed)"
        Files.remove(folder)
        Files.makeFolder(folder)
        Files.makeFolder(folder + "/tmp")
        Files.makeFolder(folder + "/run")
        programs = Programs(scratch: folder + "/run")
        if options.preload == nil { now = Clock.milliseconds() }
        random = Random(seed: seed)
        var random = Random(seed: seed)
        let schema = Schema(random: &random, ignored: options.ignored)
        Files.write(schema.file, folder + "/schema.json")
        _ = try must(["init", store, "--schema", folder + "/schema.json"])
        var first = Model(schema: schema)
        let info = try self.info(store)
        first.position = info["lastPosition"].int ?? 0
        first.lastTime = now
        append(first, epoch: 1)
    }

    deinit {
        for follower in followers {
            kill(follower.pid, SIGKILL)
            waitpid(follower.pid, nil, 0)
        }
        Files.remove(folder)
    }

    mutating func append(_ model: Model, epoch: Int) {
        lastNumber += 1
        history.nextEpoch = epoch
        history.points.append(
            Point(
                number: lastNumber,
                position: model.position,
                time: model.lastTime,
                epoch: epoch,
                model: model
            )
        )
    }

    mutating func mark(_ id: String, with words: Set<String>) {
        markers[id, default: []].formUnion(words)
        if model.withheld.contains(id) { lateMarkers[id, default: []].formUnion(words) }
    }

    mutating func count(_ what: String) { counts[what, default: 0] += 1 }

    // MARK: commands

    var environment: [String: String] {
        var environment = ["TMPDIR": folder + "/tmp"]
        if let preload = options.preload {
            environment["LD_PRELOAD"] = preload
            environment["LIFE_CLOCK"] = "\(now)"
        }
        return environment
    }

    func tell(_ text: @autoclosure () -> String) {
        if options.isTelling {
            print(text().replacing(folder, with: "."))
        }
    }

    static func shown(_ arguments: [String], _ input: [UInt8]?, _ more: [String: String]) -> String
    {
        let words = arguments.map { word in
            word.utf8.allSatisfy { "/.-_=".utf8.contains($0) || isalnum(Int32($0)) != 0 }
                ? word : "'" + (word.utf8.count > 300 ? String(word.prefix(300)) + "…" : word) + "'"
        }
        let settings = more.filter { $0.key != "LIFE_CLOCK" }.map { "\($0.key)=\($0.value) " }
        let given = input.map { " <<< '" + String(decoding: $0.prefix(2000), as: UTF8.self) + "'" }
        return "$ " + settings.sorted().joined() + "annals " + words.joined(separator: " ")
            + (given ?? "")
    }

    /// Runs the command, which may be killed only if that is asked for.
    mutating func annals(
        _ arguments: [String],
        input: [UInt8]? = nil,
        _ more: [String: String] = [:]
    ) throws(Finding) -> Ended {
        count("commands")
        tell(Self.shown(arguments, input, more))
        let ended = programs.run(
            [options.annals] + arguments,
            environment: environment.merging(more) { $1 },
            input: input
        )
        try check(ended, arguments[0], mayDie: more.keys.contains { $0.hasPrefix("LIFE_DIE") })
        return ended
    }

    func check(_ ended: Ended, _ name: String, mayDie: Bool) throws(Finding) {
        if ended.code != 0 { tell("   -> \(ended.code) \(ended.errorText)") }
        if ended.isLate { throw Finding(kind: "\(name) hangs", text: "") }
        if ended.code >= 128, !(mayDie && ended.wasKilled) {
            throw Finding(kind: "\(name) crashes", text: "\(ended.code): \(ended.errorText)")
        }
    }

    /// Runs the command, which must succeed.
    mutating func must(
        _ arguments: [String],
        input: [UInt8]? = nil
    ) throws(Finding) -> Ended {
        let ended = try annals(arguments, input: input)
        guard ended.code == 0 else { throw failed(ended, arguments) }
        return ended
    }

    func failed(_ ended: Ended, _ arguments: [String]) -> Finding {
        let code =
            ended.failure
            ?? ended.lines.first.flatMap { $0["clean"].bool == false ? "DAMAGE" : nil }
        return Finding(
            kind: "\(arguments[0]) fails: \(code ?? "\(ended.code)")",
            text: "\(arguments.joined(separator: " ")) ended with \(ended.code): \(ended.errorText)"
                + String(decoding: ended.output.prefix(600), as: UTF8.self)
        )
    }

    mutating func info(_ path: String) throws(Finding) -> JSON {
        try must(["info", path, "--json"]).lines.first ?? .null
    }

    // MARK: what happens

    mutating func run(_ happening: Happening) throws(Finding) {
        self.happening = happening
        random = Random(seed: happening.seed)
        count(happening.name)
        tell("--- \(happening) (position \(model.position))")
        guard options.preload != nil || !["jump", "kill", "kill-care"].contains(happening.name),
            options.worker != nil
                || !["rot-journal", "stray-journal", "program"].contains(happening.name)
        else { return }
        // Usually seconds, sometimes an hour or a day.
        now += 1000 * (1 + random.below(90))
        if random.chance(5) { now += 3_600_000 }
        if random.chance(2) { now += 86_400_000 }
        if options.preload == nil { now = Clock.milliseconds() }
        switch happening.name {
        case "create", "update", "upsert", "delete", "undelete", "empty", "erase":
            try call(Call.Verb(rawValue: happening.name)!)
        case "purge": try purge()
        case "reuse-key": try reuseKey()
        case "schema": try changeSchema()
        case "import": try importFile()
        case "import-again": try importAgain()
        case "jump": now += random.chance(60) ? 16 * 86_400_000 : -3_600_000 * random.below(3)
        case "archive": try archive()
        case "mirror": try carryAway()
        case "snapshot": try snapshot()
        case "prune": try prune()
        case "restore": try restore()
        case "compact": try compact()
        case "trim": try trim()
        case "rebuild": try maintain(["rebuild", store, "--json"])
        case "verify": try maintain(["verify", store, "--json"])
        case "check": try maintain(["check", store, "--json"])
        case "checkpoint": try checkpoint()
        case "replay": try replayToStore()
        case "salvage": try salvageDamagedCopy()
        case "kill": try killedCall()
        case "kill-care": try killedCare()
        case "rot-journal": try rotJournal()
        case "stray-journal": try strayJournal()
        case "attach": try attach()
        case "detach": try detach()
        case "beside": try beside()
        case "program": try letGo()
        case "look": try compareAll(store, history)
        default: throw Finding(kind: "unknown happening", text: happening.name)
        }
        if random.chance(15) {
            try compareAll(store, history)
        } else {
            try compareRows(store, history)
        }
    }

    mutating func end() throws(Finding) {
        try detach()
        try compareAll(store, history)
        try maintain(["verify", store, "--json"])
    }
}
