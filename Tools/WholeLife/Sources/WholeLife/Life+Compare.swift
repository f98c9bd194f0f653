/// Checks that every way of reading returns what the model knows.
extension Life {
    func query(_ object: Object) -> String {
        let names = [
            "Id", "IsDeleted", "CreatedDate", "LastModifiedDate", "SystemModstamp", "OwnerId",
        ]
        return "SELECT " + (names + object.fields.map(\.name)).joined(separator: ", ")
            + " FROM \(object.name)"
    }

    /// The rows of every object at each of the moments, from one run of the shell.
    private mutating func rows(
        _ path: String,
        _ history: History,
        at moments: [Int?]
    ) throws(Finding) -> [[JSON]] {
        var text = ".mode json\n.all on\n"
        var schemas: [Schema] = []
        for moment in moments {
            text += ".as-of \(moment.map { "\(history.points[$0].position)" } ?? "now")\n"
            let schema = moment.map { history.points[$0].model.schema } ?? history.model.schema
            schemas.append(schema)
            for object in schema.objects { text += query(object) + ";\n" }
            text += "SELECT COUNT() FROM User;\n"
        }
        let arguments = ["shell", path, "--json"] + archiveArguments(path, history)
        let ended = try must(arguments, input: Array(text.utf8))
        var result: [[JSON]] = []
        var rows: [JSON] = []
        for line in ended.lines {
            if line["totalSize"] != .null {
                result.append(rows)
                rows = []
            } else {
                rows.append(line)
            }
        }
        guard result.count == moments.count else {
            throw Finding(kind: "the shell's answers", text: ended.errorText)
        }
        return result
    }

    /// Needed where old transactions were trimmed from the store.
    func archiveArguments(_ path: String, _ history: History) -> [String] {
        guard horizon > 0, let archive = archives.last, archive.history.isBeginning(of: history)
        else { return [] }
        return ["--archive", archive.path]
    }

    mutating func compareRows(_ path: String, _ history: History) throws(Finding) {
        let found = try rows(path, history, at: [nil])
        try compare(found[0], history.model, current: history.model, "rows")
    }

    mutating func compareAll(_ path: String, _ history: History) throws(Finding) {
        count("full comparisons")
        let readable = history.points.indices.filter { history.points[$0].position > horizon }
        var moments: [Int?] = [nil]
        for _ in 0..<3 where !readable.isEmpty { moments.append(random.pick(readable)) }
        let found = try rows(path, history, at: moments)
        for (rows, moment) in zip(found, moments) {
            let model = moment.map { history.points[$0].model } ?? history.model
            try compare(
                rows,
                model,
                current: history.model,
                moment == nil ? "rows" : "rows as of a moment"
            )
        }
        try compareBin(path, history.model)
        try compareExport(path, history.model)
        try compareReplication(path, history)
        try compareDiff(path, history, readable)
        try compareHistories(path, history)
    }

    private func compare(
        _ rows: [JSON],
        _ model: Model,
        current: Model,
        _ what: String
    ) throws(Finding) {
        var found: [String: JSON] = [:]
        for row in rows {
            let id = String((row["Id"].string ?? "").prefix(15))
            if found.updateValue(row, forKey: id) != nil {
                throw Finding(kind: "\(what): a record twice", text: id)
            }
        }
        let isPast = what != "rows" && what != "an export"
        for record in model.sorted() {
            // What was erased since then is left out of the past; records that were purged may be.
            let isErasedSince = model.takings[record.id] != current.takings[record.id]
            let isOptional = record.state == .emptied || record.isErased || isErasedSince
            guard let row = found.removeValue(forKey: record.id) else {
                if isOptional { continue }
                throw Finding(kind: "\(what): a record is missing", text: "\(record)")
            }
            if isPast, isErasedSince {
                throw Finding(
                    kind: "\(what): a record that was erased since",
                    text: "\(record) \(row.written)"
                )
            }
            try compare(row, record, model, what)
        }
        if let (id, row) = found.first {
            throw Finding(kind: "\(what): a record that cannot be", text: "\(id) \(row.written)")
        }
    }

    private func compare(
        _ row: JSON,
        _ record: Model.Record,
        _ model: Model,
        _ what: String
    ) throws(Finding) {
        func same(_ name: String, _ expected: JSON) throws(Finding) {
            guard row[name] != expected else { return }
            let isStale =
                model.takings[record.id] != nil && row[name] != .null && expected == .null
            throw Finding(
                kind:
                    "\(what): \(isStale ? "an erased value" : Self.kind(of: name, model, record))",
                text: "\(name) of \(record.id): \(row[name].written.prefix(200)), expected "
                    + "\(expected.written.prefix(200)); \(record.kinds)"
            )
        }
        try same("IsDeleted", .bool(record.state != .live))
        try same("CreatedDate", .text(Self.date(record.created)))
        if !record.isErased {
            try same("LastModifiedDate", .text(Self.date(record.modified)))
            try same("SystemModstamp", .text(Self.date(record.stamp)))
        }
        for field in model.schema.objects[record.object].fields {
            try same(field.name, record[field.name])
        }
    }

    private static func kind(of name: String, _ model: Model, _ record: Model.Record) -> String {
        if let field = model.schema.objects[record.object].field(name) {
            return "a value (\(field.kind)\(field.isUnique ? ", unique" : ""))"
        }
        return name
    }

    static func date(_ seconds: Int) -> String {
        Times.text(seconds * 1000).replacingSuffix(".000Z", ".000+0000")
    }

    private mutating func compareBin(_ path: String, _ model: Model) throws(Finding) {
        let lines = try must(["bin", path, "--json"]).lines
        let found = lines.compactMap { $0["Id"].string.map { String($0.prefix(15)) } }.sorted()
        let expected = model.sorted().filter { $0.state == .inBin && !$0.isCascaded }.map(\.id)
        if found != expected {
            throw Finding(kind: "the bin", text: "\(found)\nexpected \(expected)")
        }
    }

    private mutating func compareExport(_ path: String, _ model: Model) throws(Finding) {
        let number = random.below(model.schema.objects.count)
        let name = model.schema.objects[number].name
        let lines = try must(["export", path, name, "--deleted", "--json"]).lines
        var one = model
        one.records = one.records.filter { $0.value.object == number }
        try compare(lines, one, current: model, "an export")
        let live = model.live(number)
        guard !live.isEmpty else { return }
        let some = (0..<3).map { _ in random.pick(live).id }
        let retrieved = try must(["retrieve", path, name, "--json"] + Array(Set(some)).sorted())
            .lines
        one.records = one.records.filter { some.contains($0.key) }
        try compare(retrieved, one, current: model, "a retrieval")
    }

    private mutating func compareReplication(_ path: String, _ history: History) throws(Finding) {
        let model = history.model
        // What consumers get after the clock has stepped back is tested elsewhere.
        guard now >= model.lastTime, let first = history.points.first else { return }
        let start = max(first.time, now - 28 * 86_400_000) / 60_000 * 60_000
        let end = now / 60_000 * 60_000
        guard end > start else { return }
        let number = random.below(model.schema.objects.count)
        covered.insert(end)
        let window = [
            model.schema.objects[number].name, "--from", Times.text(start), "--to", Times.text(end),
            "--json",
        ]
        let isIn: (Model.Record) -> Bool = { start / 1000 <= $0.stamp && $0.stamp <= end / 1000 }
        let records = model.sorted(number).filter { !$0.isWithheld && isIn($0) }
        let withheld = Set(model.sorted(number).filter(\.isWithheld).map(\.id))
        let updated = try must(["updated", path] + window).lines.first?["ids"].list ?? []
        let ids = updated.compactMap { $0.string.map { String($0.prefix(15)) } }
        let expected = records.filter { $0.state == .live }.map(\.id)
        if ids.filter({ !withheld.contains($0) }).sorted() != expected {
            throw Finding(kind: "getUpdated", text: "\(ids.sorted())\nexpected \(expected)")
        }
        if model.hasPurged { return }
        let deleted =
            try must(["deleted", path] + window).lines.first?["deletedRecords"].list ?? []
        let gone = deleted.compactMap { $0["id"].string.map { String($0.prefix(15)) } }
        let expectedGone = records.filter { $0.state != .live }.map(\.id)
        if gone.filter({ !withheld.contains($0) }).sorted() != expectedGone {
            throw Finding(kind: "getDeleted", text: "\(gone.sorted())\nexpected \(expectedGone)")
        }
        if let told = gone.first(where: {
            withheld.contains($0) && model.records[$0]?.state == .live
        }) {
            throw Finding(kind: "getDeleted reports what was not deleted", text: told)
        }
    }

    private mutating func compareDiff(
        _ path: String,
        _ history: History,
        _ readable: [Int]
    ) throws(Finding) {
        guard readable.count > 1 else { return }
        let index = random.pick(Array(readable.dropLast()))
        let point = history.points[index]
        let arguments =
            ["diff", path, "--from", "\(point.position)", "--json"]
            + archiveArguments(path, history)
        let lines = try must(arguments).lines.filter { $0["record"].string != nil }
        var found: [String: JSON] = [:]
        for line in lines { found[String((line["record"].string ?? "").prefix(15))] = line }
        let model = history.model
        for record in model.sorted() where !model.erased.contains(record.id) {
            let before = point.model.records[record.id]
            let was = before?.state == .live
            let isNow = record.state == .live
            let line = found.removeValue(forKey: record.id)
            let kind: String? =
                switch (was, isNow) {
                case (false, false): nil
                case (true, false): "deleted"
                case (false, true): before == nil ? "created" : "undeleted"
                case (true, true): isChanged(before, record, model) ? "changed" : nil
                }
            let isNew = line?["changes"].list.allSatisfy(Self.isNewCheckbox) == true
            if kind == nil, line?["kind"].string == "changed", isNew { continue }
            guard line?["kind"].string == kind else {
                throw Finding(
                    kind: "a difference \(kind ?? "none")",
                    text:
                        "\(record) before \(String(describing: before)): \(line?.written ?? "none")"
                )
            }
            guard kind == "changed", let before, let line else { continue }
            for field in model.schema.objects[record.object].fields {
                let change = line["changes"].list.first { $0["field"].string == field.name }
                let isChanged = before[field.name] != record[field.name]
                if isChanged != (change != nil)
                    || isChanged && change?["after"] != record[field.name]
                {
                    // A checkbox that did not exist yet was neither true nor false.
                    if field.kind == .boolean, before[field.name] == .null { continue }
                    throw Finding(
                        kind: "a difference of a value (\(field.kind))",
                        text: "\(field.name) \(record.id): \(change?.written ?? "none")"
                    )
                }
            }
        }
        for (id, line) in found where line["changes"].list.allSatisfy(Self.isNewCheckbox) {
            if line["kind"].string == "changed" { found[id] = nil }
        }
        for (id, line) in found where !model.purged.contains(id) && !model.erased.contains(id) {
            throw Finding(kind: "a difference too many", text: line.written)
        }
    }

    private static func isNewCheckbox(_ change: JSON) -> Bool {
        change["before"] == .null && change["after"] == .bool(false)
    }

    private func isChanged(
        _ before: Model.Record?,
        _ record: Model.Record,
        _ model: Model
    ) -> Bool {
        // A checkbox that did not exist yet was false.
        model.schema.objects[record.object].fields.contains { field in
            let was = before?[field.name] ?? .null
            let initial = field.kind == .boolean && was == .null ? JSON.bool(false) : was
            return initial != record[field.name]
        }
    }

    private mutating func compareHistories(_ path: String, _ history: History) throws(Finding) {
        let model = history.model
        let all = model.sorted()
        guard horizon == 0, !all.isEmpty else { return }
        let record = random.pick(all)
        let lines = try must(["history", path, record.id, "--json"]).lines
        let events = lines.map(LoggedEvent.init)
        if events.map(\.kind) != record.kinds {
            throw Finding(kind: "a history", text: "\(events)\nexpected \(record.kinds)")
        }
        var values: [String: JSON] = [:]
        for change in events.flatMap(\.changes) {
            let name = change["field"].string ?? ""
            if change["before"] != values[name] ?? .null {
                throw Finding(kind: "a history's value before", text: change.written)
            }
            values[name] = change["after"]
        }
        if record.isErased {
            if values.contains(where: { $0.value != .null && $0.value != .bool(false) }) {
                throw Finding(
                    kind: "a history shows erased values",
                    text: "\(lines.map(\.written))"
                )
            }
            return
        }
        for field in model.schema.objects[record.object].fields {
            let value = values[field.name] ?? (field.kind == .boolean ? .bool(false) : .null)
            if value != record[field.name] {
                throw Finding(
                    kind: "a history's values",
                    text: "\(field.name) \(value.written) expected \(record[field.name].written)"
                )
            }
        }
    }
}
