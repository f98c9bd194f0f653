/// An event as the log shows it.
struct LoggedEvent {
    let position: Int
    let transaction: Int
    let time: Int
    let kind: String
    let id: String
    let changes: [JSON]

    init(_ line: JSON) {
        position = line["position"].int ?? 0
        transaction = line["transaction"].int ?? 0
        time = Times.milliseconds(line["time"].string ?? "")
        kind = line["kind"].string ?? ""
        id = String((line["record"].string ?? "").prefix(15))
        changes = line["changes"].list
    }
}

extension Life {
    func arguments(_ call: Call) -> ([String], [UInt8]?) {
        var arguments = [call.verb.rawValue, store]
        var input: [UInt8]?
        if call.records.isEmpty {
            arguments += call.ids
            if call.verb == .erase { arguments += ["--reason", "asked for"] }
        } else {
            arguments += [schema.objects[call.object].name]
            if let by = call.by { arguments += ["--by", by] }
            let lines = call.records.enumerated().map { index, record in
                var members = record.map { "\"\($0.name)\":\($0.value.written)" }
                if call.verb == .update { members.append("\"Id\":\"\(call.ids[index])\"") }
                return "{" + members.joined(separator: ",") + "}"
            }
            input = Array(lines.joined(separator: "\n").utf8)
        }
        if call.allOrNone { arguments.append("--all-or-none") }
        if call.skipUnchanged { arguments.append("--skip-unchanged") }
        if let key = call.key { arguments += ["--idempotency-key", key] }
        return (arguments + ["--json"], input)
    }

    static let durabilities = ["every-commit", "grouped", "grouped", "journaled", "on-demand"]

    mutating func call(_ verb: Call.Verb) throws(Finding) {
        let (call, words) = randomCall(verb)
        try make(call, words)
    }

    mutating func make(
        _ call: Call,
        _ words: [Set<String>],
        dying: [String: String] = [:]
    ) throws(Finding) {
        let (arguments, input) = arguments(call)
        // Even a call that is killed may be kept: on-demand promises less.
        let durability = random.pick(Self.durabilities)
        let ended = try annals(arguments + ["--durability", durability], input: input, dying)
        if ended.wasKilled { count("kills") }
        try settle(call, ended, words)
        if pending != nil { return try recover() }
        guard ended.wasKilled, call.key != nil, random.chance(60) else { return }
        // A caller who got no answer tries again.
        let again = try annals(arguments, input: input)
        try settle(call, again, words)
    }

    /// A call that was killed while others had the store open may have been made, though they do
    /// not see it before somebody writes.
    ///
    /// None of them may report that as damage.
    private mutating func recover() throws(Finding) {
        count("recoveries beside readers")
        let first = random.pick([
            [], [], ["verify", store, "--json"], ["check", store, "--json"],
            ["info", store, "--json"],
            ["rebuild", store, "--json"], ["snapshot", "create", store, folder + "/beside"],
        ])
        if !first.isEmpty { try maintain(first) }
        Files.remove(folder + "/beside")
        let (call, words) = randomCall(.create)
        let (arguments, input) = arguments(call)
        let ended = try annals(arguments, input: input)
        try settlePending()
        try settle(call, ended, words)
        pending = nil
        try maintain(["verify", store, "--json"])
    }

    private mutating func settlePending() throws(Finding) {
        guard let (call, words) = pending else { return }
        let events = try newEvents()
        guard let transaction = events.first?.transaction else { return }
        let first = events.filter { $0.transaction == transaction }
        var next = model
        let newIDs = first.filter { $0.kind == "created" }.map(\.id)
        let answers = next.make(call, at: first[0].time, newIDs: newIDs)
        guard (try? compare(next.events, first, "")) != nil else { return }
        // Another call of the same kind may look the same: its contents decide.
        let isOwn = first.allSatisfy { event in
            event.changes.allSatisfy { change in
                let record = next.records[event.id]
                let name = change["field"].string ?? ""
                return record?[name] == change["after"]
                    || change["after"] == .bool(false) && record?[name] == .null
            }
        }
        guard isOwn else { return }
        if let key = call.key, model.keys[key] != nil { return }
        for (answer, used) in zip(answers, words) {
            if let id = answer.id { mark(id, with: used) }
        }
        append(next, epoch: history.nextEpoch)
        pending = nil
    }

    /// The events of the log that are not known yet.
    mutating func newEvents() throws(Finding) -> [LoggedEvent] {
        let lines = try must(["log", store, "--after", "\(model.position)", "--json"]).lines
        return lines.map(LoggedEvent.init)
    }

    /// Compares the effect and the answer of a call with what they must be.
    mutating func settle(
        _ call: Call,
        _ ended: Ended,
        _ words: [Set<String>]
    ) throws(Finding) {
        for (index, used) in words.enumerated() where call.verb == .update {
            mark(call.ids[index], with: used)
        }
        let isAnswered = ended.code == 0 || ended.code == 1
        if !isAnswered, !ended.wasKilled {
            if ended.code == 2 {
                // The whole call was refused: nothing may have been done.
                let model = self.model
                var trial = model
                let answers = trial.make(call, at: now, newIDs: [])
                if let key = call.key, let used = model.keys[key], used.signature != call.signature
                {
                    try expectNoEvents("a refused call")
                    return
                }
                guard answers.allSatisfy({ !$0.isSuccess }) else {
                    throw failed(ended, [call.verb.rawValue])
                }
                try expectNoEvents("a refused call")
                return
            }
            throw failed(ended, [call.verb.rawValue])
        }
        let events = try newEvents()
        if let key = call.key, let used = model.keys[key] {
            try compareRepeated(call, used, ended, events)
            return
        }
        if ended.wasKilled, events.isEmpty {
            if !followers.isEmpty { pending = (call, words) }
            return
        }
        var next = model
        let time = events.first?.time ?? now
        if !events.isEmpty { try checkTime(time) }
        let answers = next.make(
            call,
            at: time,
            newIDs: events.filter { $0.kind == "created" }.map(\.id)
        )
        try compare(next.events, events, call.verb.rawValue)
        if isAnswered { try compare(answers, ended.lines, call.verb.rawValue) }
        for (answer, used) in zip(answers, words) {
            if let id = answer.id { mark(id, with: used) }
        }
        guard !events.isEmpty else { return }
        if call.verb == .erase { isCompacted = false }
        try fold(events)
        append(next, epoch: try epoch())
    }

    /// The epoch of the last transaction, which has new events.
    mutating func epoch() throws(Finding) -> Int {
        let epoch = try info(store)["epoch"].int ?? 0
        guard epoch == history.nextEpoch else {
            throw Finding(kind: "an epoch", text: "\(epoch), expected \(history.nextEpoch)")
        }
        return epoch
    }

    /// A commit has the clock's time, and never one before the last commit's.
    func checkTime(_ time: Int) throws(Finding) {
        // A clock that is read in seconds loses part of a millisecond.
        if options.preload == nil, time >= model.lastTime { return }
        if time > now, time > model.lastTime, covered.contains(time) { return }
        if time < model.lastTime || now > model.lastTime && abs(time - now) > 1 {
            throw Finding(
                kind: "a commit's time",
                text: "\(time), now \(now), last \(model.lastTime)"
            )
        }
    }

    mutating func expectNoEvents(_ what: String) throws(Finding) {
        let events = try newEvents()
        guard events.isEmpty else {
            throw Finding(kind: "\(what) has events", text: "\(events)")
        }
    }

    /// A key belongs to its call: with another one it is an error, and nothing is done.
    private func compareRepeated(
        _ call: Call,
        _ used: Model.UsedKey,
        _ ended: Ended,
        _ events: [LoggedEvent]
    ) throws(Finding) {
        guard events.isEmpty else {
            throw Finding(kind: "a repeated key has events", text: "\(call) \(events)")
        }
        guard !ended.wasKilled else { return }
        if used.signature == call.signature {
            try compare(used.answers, ended.lines, "a repeated call")
        } else if ended.lines.contains(where: { $0["success"].bool == true }) {
            throw Finding(
                kind: "a used key answers for another call",
                text:
                    "\(call.signature)\nwas \(used.signature)\nanswered \(ended.lines.map(\.written))"
            )
        }
    }

    private func compare(
        _ expected: [Model.Event],
        _ events: [LoggedEvent],
        _ what: String
    ) throws(Finding) {
        let found = events.map { Model.Event(kind: $0.kind, id: $0.id) }
        let order: (Model.Event, Model.Event) -> Bool = { ($0.id, $0.kind) < ($1.id, $1.kind) }
        if found.sorted(by: order) != expected.sorted(by: order) {
            throw Finding(
                kind: "events of \(what)",
                text: "log: \(found)\nexpected: \(expected)"
            )
        }
    }

    private func compare(
        _ answers: [Model.Answer],
        _ lines: [JSON],
        _ what: String
    ) throws(Finding) {
        guard answers.count == lines.count else {
            throw Finding(kind: "number of answers of \(what)", text: "\(lines.map(\.written))")
        }
        for (answer, line) in zip(answers, lines) {
            let isSame = line["success"].bool == answer.isSuccess
            let hasID =
                !answer.isSuccess || line["id"].string?.prefix(15) == answer.id.map { $0[...] }
            guard isSame, hasID else {
                throw Finding(
                    kind:
                        "answer of \(what) \(line["errors"].list.first?["statusCode"].string ?? "")",
                    text: "\(line.written)\nexpected \(answer)"
                )
            }
        }
    }

    /// A record must be what its events add up to.
    private func fold(_ events: [LoggedEvent]) throws(Finding) {
        for (event, next) in zip(events, events.dropFirst())
        where next.position != event.position + 1 {
            throw Finding(kind: "positions have gaps", text: "\(event.position) \(next.position)")
        }
        guard events.first?.position == model.position + 1 else {
            throw Finding(kind: "positions have gaps", text: "\(model.position)")
        }
    }

    mutating func purge() throws(Finding) {
        let ended = try must(["purge", store, "--json"])
        let events = try newEvents()
        var next = model
        let time = events.first?.time ?? now
        let count = next.purge(now: now, at: time)
        try compare(next.events, events, "purge")
        guard ended.lines.first?["purged"].int == count else {
            throw Finding(kind: "the number of purged records", text: "\(ended.lines)")
        }
        if count > 0 { append(next, epoch: try epoch()) }
    }

    mutating func reuseKey() throws(Finding) {
        let keys = model.keys.keys.sorted()
        guard !keys.isEmpty, !isIgnored("D7") else { return try call(.create) }
        let verbs: [Call.Verb] = [.create, .update, .upsert, .delete, .erase, .undelete]
        var (call, words) = randomCall(random.pick(verbs))
        call.key = random.pick(keys)
        try make(call, words)
    }

    mutating func changeSchema() throws(Finding) {
        var changed = schema
        changed.change(&random)
        let path = folder + "/schema.json"
        Files.write(changed.file, path)
        _ = try must(["schema", "apply", store, path, "--json"])
        let events = try newEvents()
        guard !events.isEmpty, events.allSatisfy({ $0.kind == "defined" }) else {
            throw Finding(kind: "events of a schema change", text: "\(events)")
        }
        var next = model
        next.schema = changed
        next.position += events.count
        next.lastTime = events[0].time
        // A new checkbox is false everywhere.
        for (number, object) in changed.objects.enumerated() {
            for field in object.fields.dropFirst(schema.objects[number].fields.count)
            where field.kind == .boolean {
                for record in next.sorted(number) {
                    next.records[record.id]?.values[field.name] = .bool(false)
                }
            }
        }
        append(next, epoch: try epoch())
    }

    /// Calls of one record each that a program made one after the other; the first `acknowledged`
    /// of them must be there.
    mutating func settleCreates(
        _ object: Int,
        _ texts: [String],
        acknowledged: Int
    ) throws(Finding) {
        let events = try newEvents()
        guard events.count >= acknowledged else {
            throw Finding(
                kind: "acknowledged calls are lost",
                text: "\(acknowledged) were acknowledged, \(events.count) are there"
            )
        }
        guard events.count <= texts.count else {
            throw Finding(kind: "calls were made up", text: "\(events)")
        }
        try fold(events)
        for (event, text) in zip(events, texts) {
            var next = model
            let call = Call(
                verb: .create,
                object: object,
                records: [[Call.Assignment(name: "V__c", value: .text(text))]]
            )
            _ = next.make(call, at: event.time, newIDs: [event.id])
            try compare(next.events, [event], "a program's create")
            mark(event.id, with: [text])
            append(next, epoch: history.nextEpoch)
        }
        if !events.isEmpty { _ = try epoch() }
    }
}

enum Times {
    /// Milliseconds since 1970 of a time in the command's format.
    static func milliseconds(_ text: String) -> Int {
        let parts = text.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
        guard parts.count >= 6 else { return 0 }
        return 1000
            * (days(parts[0], parts[1], parts[2]) * 86_400 + parts[3] * 3600 + parts[4] * 60
                + parts[5])
            + (parts.count > 6 ? parts[6] : 0)
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let ofEra = year - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// The time in the command's format.
    static func text(_ milliseconds: Int) -> String {
        let days = milliseconds / 86_400_000
        let shifted = days + 719_468
        let era = shifted / 146_097
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let shiftedMonth = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        let second = milliseconds / 1000 % 86_400
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        func three(_ number: Int) -> String { String(String(1000 + number).dropFirst()) }
        return "\(year + era * 400 + (month <= 2 ? 1 : 0))-\(two(month))-\(two(day))T"
            + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)).\(three(milliseconds % 1000))Z"
    }
}
