import Glibc

/// What operators do to a store, and what else happens to it.
extension Life {
    mutating func maintain(_ arguments: [String]) throws(Finding) {
        let ended = try annals(arguments)
        if ended.code == 0 { return }
        // If there are readers, some commands wait and are then refused; but a sound store is never
        // reported as damaged.
        if !followers.isEmpty, ended.code == 3, let code = ended.failure, !code.contains("CORRUPT"),
            ["compact", "rebuild"].contains(arguments[0])
        {
            return count("\(arguments[0]) refused")
        }
        throw failed(ended, arguments)
    }

    mutating func compact() throws(Finding) {
        let ended = try annals(["compact", store, "--json"])
        guard ended.code == 0 else {
            guard !followers.isEmpty, ended.code == 3 else { throw failed(ended, ["compact"]) }
            return count("compact refused")
        }
        isCompacted = true
        try look(for: model, in: store, "a compacted store")
        if !isIgnored("O5") {
            try look(for: model, in: folder + "/tmp", "the temporary folder")
        }
    }

    mutating func trim() throws(Finding) {
        guard let archive = archives.last, archive.history.isBeginning(of: history) else { return }
        try detach()
        let point = random.pick(archive.history.points)
        let arguments = [
            "compact", store, "--archive", archive.path, "--horizon", "\(point.position)", "--json",
        ]
        let ended = try annals(arguments)
        guard ended.code == 0 else { throw failed(ended, arguments) }
        horizon = try info(store)["horizon"].int ?? 0
        isCompacted = true
    }

    mutating func checkpoint() throws(Finding) {
        let key = folder + "/key"
        if !Files.exists(key) { _ = try must(["key", "new", key, "--store", store]) }
        _ = try must(["checkpoint", store, "--key", key, "--json"])
    }

    /// A flipped bit: everything that is still returned must be true.
    mutating func salvageDamagedCopy() throws(Finding) {
        let (copy, made) = (folder + "/damaged", folder + "/salvaged")
        for path in [copy, made, made + ".salvaged"] { Files.remove(path) }
        defer { for path in [copy, made, made + ".salvaged"] { Files.remove(path) } }
        Files.copy(store, copy)
        guard var bytes = Files.read(copy + "/data.mdb"), bytes.count > 12288 else { return }
        let isFlipped = random.chance(80)
        if isFlipped {
            let place = 8192 + random.below(bytes.count - 8192)
            bytes[place] ^= 1 << UInt8(random.below(8))
            Files.write(bytes, copy + "/data.mdb")
        }
        let ended = try annals(["salvage", copy, made, "--json"])
        guard ended.code == 0 || ended.code == 4 || ended.code == 3 && isFlipped else {
            throw failed(ended, ["salvage"])
        }
        guard ended.code != 3, Files.exists(made + "/data.mdb") else { return }
        let position = try info(made)["lastPosition"].int ?? 0
        if ended.code == 0, position != model.position, model.erased.isEmpty {
            throw Finding(
                kind: "salvage calls less the whole",
                text: "\(position) of \(model.position)"
            )
        }
        guard horizon == 0, model.erased.isEmpty,
            let index = history.points.lastIndex(where: { $0.position == position })
        else { return }
        do {
            try compareRows(made, history.prefix(through: index))
        } catch { throw Finding(kind: "salvaged: \(error.kind)", text: error.text) }
    }

    // MARK: kills

    /// When a program is to die.
    mutating func dying() -> [String: String] {
        if options.preload == nil { return [:] }
        return aDeath()
    }

    private mutating func aDeath() -> [String: String] {
        random.chance(45)
            ? ["LIFE_DIE_AT_META": "\(1 + random.below(3))"]
            : ["LIFE_DIE_AT": "\(1 + random.below(40))"]
    }

    mutating func killedCall() throws(Finding) {
        if isIgnored("O1") { try detach() }
        let (call, words) = randomCall(random.pick([.create, .create, .update, .upsert, .delete]))
        let dying = dying()
        try make(call, words, dying: dying)
    }

    mutating func killedCare() throws(Finding) {
        var commands = [
            ["compact", store], ["rebuild", store], ["purge", store], ["check", store],
            ["verify", store],
        ]
        if let archive = archives.last, archive.history.isBeginning(of: history) {
            commands.append(["archive", store, archive.path])
        }
        if !inUseSnapshots.isEmpty {
            commands.append(["snapshot", "verify", inUseSnapshots])
        }
        let command = random.pick(commands)
        let steps = ["LIFE_DIE_AT": "\(1 + random.below(60))"]
        if command[0] == "purge" { try detach() }
        let ended = try annals(command, steps)
        if ended.wasKilled { count("kills") }
        guard ended.wasKilled || ended.code == 0 || !followers.isEmpty && ended.code == 3 else {
            throw failed(ended, command)
        }
        if command[0] == "rebuild", ended.wasKilled {
            // Its tables may be unfinished, and every command says so until it has been run again.
            try detach()
            try maintain(command)
        } else if command[0] == "archive" {
            // It may have got as far as the store: its next run shows that.
            try archive()
        } else if command[0] == "purge" {
            let events = try newEvents()
            if !events.isEmpty {
                var next = model
                _ = next.purge(now: now, at: events[0].time)
                append(next, epoch: try epoch())
            }
        }
        if !isIgnored("O5"), followers.isEmpty, random.chance(50) {
            // The next command removes what a dead one left.
            try compact()
        }
    }

    private var inUseSnapshots: String {
        snapshots.last.map { $0.path } ?? ""
    }

    /// An object whose records need only one text, so that any number can be created.
    private mutating func plainObject() -> Int {
        let plain = schema.objects.indices.filter { number in
            !schema.objects[number].fields.contains { $0.isUnique && $0.initial != .null }
        }
        return plain.isEmpty ? 0 : random.pick(plain)
    }

    /// A journal left by a program that died; returns how many of its calls were acknowledged.
    private mutating func leaveJournal(
        _ path: String
    ) throws(Finding) -> (object: Int, texts: [String], acknowledged: Int) {
        let object = plainObject()
        let texts = (0..<12).map { _ in marker() }
        var environment = environment
        environment["LIFE_DIE_AT"] = "\(14 + random.below(20))"
        tell("$ life-worker calls \(path) journaled \(schema.objects[object].name) \(texts)")
        let ended = programs.run(
            [options.worker ?? "", "calls", path, "journaled", schema.objects[object].name] + texts,
            environment: environment,
            seconds: 20
        )
        try check(ended, "a program", mayDie: true)
        if ended.wasKilled { count("kills") }
        let lines = String(decoding: ended.output, as: UTF8.self).split(separator: "\n")
        return (object, texts, lines.count { $0 == "made" })
    }

    /// One bit of a journal is flipped: no call that was acknowledged may be lost silently.
    mutating func rotJournal() throws(Finding) {
        try detach()
        let left = try leaveJournal(store)
        let known = model.position
        let copy = folder + "/rotten"
        Files.remove(copy)
        defer { Files.remove(copy) }
        Files.copy(store, copy)
        if var bytes = Files.read(copy + "/journal") {
            let magic: [UInt8] = [0x41, 0x4E, 0x4E, 0x41, 0x4C, 0x4A]
            let entries = stride(from: 0, to: bytes.count, by: 4096).filter {
                Array(bytes[$0..<$0 + 6]) == magic
            }
            if entries.count > 1 {
                // Not the last entry, which may be a write that was never finished.
                let entry = entries[random.below(entries.count - 1)]
                bytes[entry + random.below(200)] ^= 1 << UInt8(random.below(8))
                Files.write(bytes, copy + "/journal")
                let command = random.pick([
                    ["info"], ["verify"], ["check"], ["query", "SELECT COUNT() FROM User"],
                ])
                let ended = try annals([command[0], copy] + command.dropFirst() + ["--json"])
                count("rotten journals")
                if ended.code == 0 {
                    let info = try annals(["info", copy, "--json"])
                    let position = info.lines.first?["lastPosition"].int ?? 0
                    if info.code == 0, position < known + left.acknowledged, !isIgnored("O7") {
                        throw Finding(
                            kind: "a bit of a journal loses acknowledged calls in silence",
                            text: "\(position) of \(known + left.acknowledged), \(command)"
                        )
                    }
                }
            }
        }
        try settleCreates(left.object, left.texts, acknowledged: left.acknowledged)
    }

    /// A journal next to a data file with a different history is not understood, and is kept.
    mutating func strayJournal() throws(Finding) {
        try detach()
        let left = try leaveJournal(store)
        let copy = folder + "/stray"
        Files.remove(copy)
        defer { Files.remove(copy) }
        Files.copy(store, copy)
        if let journal = Files.read(copy + "/journal"), left.acknowledged > 0 {
            unlink(copy + "/journal")
            let before = try annals(["info", copy, "--json"]).lines.first?["lastPosition"].int ?? 0
            if before < model.position + left.acknowledged {
                for _ in 0..<(1 + random.below(left.acknowledged + 2)) {
                    _ = try must([
                        "create", copy, schema.objects[0].name, "{\"V__c\":\"other\"}", "--json",
                    ])
                }
                Files.write(journal, copy + "/journal")
                let ended = try annals(["info", copy, "--json"])
                if ended.code == 0, !Files.exists(copy + "/journal"), !isIgnored("O7") {
                    throw Finding(kind: "a journal of another history is removed", text: "")
                }
            }
        }
        try settleCreates(left.object, left.texts, acknowledged: left.acknowledged)
    }

    // MARK: others

    mutating func attach() throws(Finding) {
        guard followers.count < 2 else { return }
        let arguments = ["log", store, "--follow", "--json", "--after", "\(model.position)"]
        tell(Self.shown(arguments, nil, [:]) + " &")
        followers.append(programs.start([options.annals] + arguments, environment: environment))
        usleep(60_000)
    }

    mutating func detach() throws(Finding) {
        for follower in followers {
            kill(follower.pid, SIGINT)
            let ended = follower.wait(seconds: 10)
            tell("$ kill -INT %\(follower.pid)   -> \(ended.code)")
            if ended.isLate { throw Finding(kind: "log --follow hangs", text: "") }
            if ended.code >= 128, ended.code != 130 {
                throw Finding(kind: "log --follow crashes", text: ended.errorText)
            }
        }
        followers = []
    }

    /// Somebody opens the store while somebody else rewrites it.
    mutating func beside() throws(Finding) {
        guard !isIgnored("O2") else { return }
        let command = random.pick([["compact", store], ["compact", store], ["rebuild", store]])
        var environment = environment
        environment["LIFE_SLOW"] = "\(20_000 + random.below(60_000))"
        tell(Self.shown(command, nil, ["LIFE_SLOW": environment["LIFE_SLOW"]!]) + " &")
        let running = programs.start([options.annals] + command, environment: environment)
        usleep(UInt32(60_000 + random.below(300_000)))
        let reader = ["log", store, "--follow", "--json", "--after", "\(model.position)"]
        tell(Self.shown(reader, nil, [:]) + " &")
        followers.append(programs.start([options.annals] + reader, environment: self.environment))
        usleep(60_000)
        let ended = running.wait(seconds: 60)
        count("at once")
        try check(ended, command[0], mayDie: false)
        guard ended.code == 0 || ended.code == 3 else { throw failed(ended, command) }
        do {
            _ = try info(store)
            let (call, words) = randomCall(.create)
            try make(call, words)
            try compareRows(store, history)
        } catch {
            throw Finding(
                kind: "a reader that came along with \(command[0]): \(error.kind)",
                text: error.text
            )
        }
    }

    /// A program that opens the store, makes a call and releases it, again and again.
    mutating func letGo() throws(Finding) {
        guard !isIgnored("L1") else { return }
        try detach()
        let object = plainObject()
        let texts = (0..<(10 + random.below(30))).map { _ in marker() }
        tell("$ life-worker let-go \(store) grouped \(schema.objects[object].name) \(texts)")
        let ended = programs.run(
            [options.worker ?? "", "let-go", store, "grouped", schema.objects[object].name] + texts,
            environment: environment,
            seconds: 20
        )
        if ended.isLate { throw Finding(kind: "a program that lets its store go hangs", text: "") }
        try check(ended, "a program", mayDie: false)
        let said = String(decoding: ended.output, as: UTF8.self)
        if ended.code != 0 {
            throw Finding(
                kind: "a program that lets its store go fails",
                text: said + ended.errorText
            )
        }
        let lines = said.split(separator: "\n")
        try settleCreates(object, texts, acknowledged: lines.count { $0 == "made" })
    }
}
