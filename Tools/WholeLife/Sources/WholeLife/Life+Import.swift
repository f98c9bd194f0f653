/// A row of a file to be imported.
struct ImportRow: Sendable {
    var operation: String
    var key: Text
    var word: Text

    var cells: String { "\(operation),\(Self.cell(key)),\(Self.cell(word))" }

    private static func cell(_ text: Text) -> String {
        "\"" + text.string.replacing("\"", with: "\"\"") + "\""
    }
}

extension Life {
    private func write(_ rows: [ImportRow], _ path: String) {
        Files.write(Array(("op,k,v\n" + rows.map { $0.cells + "\n" }.joined()).utf8), path)
    }

    private func mapping(_ object: Int) -> String {
        let path = folder + "/mapping\(object).json"
        let mapping = JSON.object([
            "object": .text(schema.objects[object].name),
            "key": .object(["field": .text("K__c"), "value": .text("{k}")]),
            "operation": .object(["value": .text("{op}")]),
            "fields": .object(["K__c": .text("{k}"), "V__c": .text("{v}")]),
        ])
        Files.write(Array(mapping.written.utf8), path)
        return path
    }

    /// The effect of a row, as a call; `nil` if the documents do not say which record it is about.
    private func call(_ row: ImportRow, _ object: Int, _ model: Model) -> Call? {
        guard let field = schema.objects[object].field("K__c") else { return nil }
        let key = JSON.text(row.key.trimmed)
        let holders = model.sorted(object).filter { field.isSame($0["K__c"], key) }
        let live = holders.filter { $0.state == .live }
        let record = [
            Call.Assignment(name: "K__c", value: key),
            Call.Assignment(name: "V__c", value: row.word.bytes.isEmpty ? .null : .text(row.word)),
        ]
        var call = Call(verb: .upsert, object: object)
        call.skipUnchanged = true
        switch row.operation {
        case "create":
            call.verb = .create
            call.records = [record]
        case "upsert":
            guard holders.count == live.count else { return nil }
            call.by = "K__c"
            call.records = [record]
        case "update":
            guard holders.count == live.count else { return nil }
            call.verb = .update
            call.records = [record]
            call.ids = [live.first?.id ?? "none"]
        case "delete":
            guard holders.count == live.count else { return nil }
            call.verb = .delete
            call.ids = [live.first?.id ?? "none"]
        default:
            guard holders.count == 1, holders[0].state == .inBin, !holders[0].isCascaded else {
                return nil
            }
            call.verb = .undelete
            call.ids = [holders[0].id]
        }
        return call
    }

    /// Rows whose effect is clear.
    private mutating func rows(_ object: Int, upsertsOnly: Bool) -> [ImportRow] {
        var trial = model
        var rows: [ImportRow] = []
        for _ in 0..<(2 + random.below(8)) {
            guard case .text(let key) = keyText() else { continue }
            let operations = [
                "upsert", "upsert", "upsert", "create", "update", "delete", "undelete",
            ]
            let row = ImportRow(
                operation: upsertsOnly ? "upsert" : random.pick(operations),
                key: key.trimmed,
                word: Text(marker())
            )
            if upsertsOnly, rows.contains(where: { $0.key.folded == key.trimmed.folded }) {
                continue
            }
            guard let call = call(row, object, trial) else { continue }
            _ = trial.make(call, at: now, newIDs: [Self.placeholder(rows.count)])
            rows.append(row)
        }
        return rows
    }

    /// A placeholder for the id of a record that a trial creates, as long as any other id.
    private static func placeholder(_ number: Int) -> String {
        let digits = String(number)
        return "row" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    private var rejects: String { folder + "/rejects.jsonl" }

    private func importArguments(_ path: String, _ object: Int) -> [String] {
        ["import", store, path, "--mapping", mapping(object), "--json", "--rejects", rejects]
    }

    /// Rows that an import holds back though each could be applied now: one at the position of a
    /// row whose record was erased, or one that was refused before, because later rows have been
    /// applied.
    ///
    /// Only the importer knows which rows these are, by digests that no model has. It is required
    /// to name them: a row that is in neither list must have its event.
    private func keptBack() -> Set<Int> {
        let told = JSON.lines(Files.read(rejects) ?? [])
        let lines = told.filter {
            ["ROW_ERASED", "REFUSED_BEFORE"].contains($0["error"]["statusCode"].string)
        }
        // The first line is the header.
        return Set(lines.compactMap { $0["line"].int.map { $0 - 2 } })
    }

    mutating func importFile() throws(Finding) {
        let object = random.below(schema.objects.count)
        let rows = rows(object, upsertsOnly: random.chance(30))
        guard !rows.isEmpty else { return }
        madeFiles += 1
        let path = folder + "/import\(madeFiles).csv"
        write(rows, path)
        defer { Files.remove(path) }
        var dying: [String: String] = [:]
        if random.chance(20) {
            try detach()
            dying = self.dying()
        }
        let arguments = importArguments(path, object)
        Files.remove(rejects)
        let ended = try annals(arguments, dying)
        if ended.wasKilled { count("kills") }
        var next = try settleRows(rows[...], object, ended)
        if ended.wasKilled {
            // The same command continues with the row after the last one that wrote.
            let again = try annals(arguments)
            next = try settleRows(next, object, again)
        }
        // Nothing is done twice.
        let again = try annals(arguments)
        guard again.code == 0 || again.code == 1 else { throw failed(again, arguments) }
        try expectNoEvents("an import that was imported before")
    }

    /// Imports a file, a corrected version of it, and the first version again: each counts.
    mutating func importAgain() throws(Finding) {
        let object = random.below(schema.objects.count)
        let first = rows(object, upsertsOnly: true)
        guard !first.isEmpty, !isIgnored("D6") else { return }
        madeFiles += 1
        let path = folder + "/import\(madeFiles).csv"
        defer { Files.remove(path) }
        var mended = first
        mended[random.below(mended.count)].word = Text(marker())
        for rows in [first, mended, first] {
            write(rows, path)
            Files.remove(rejects)
            let ended = try annals(importArguments(path, object))
            _ = try settleRows(rows[...], object, ended)
        }
    }

    /// - Returns: The rows that remain.
    private mutating func settleRows(
        _ rows: ArraySlice<ImportRow>,
        _ object: Int,
        _ ended: Ended
    ) throws(Finding) -> ArraySlice<ImportRow> {
        guard ended.wasKilled || ended.code == 0 || ended.code == 1 else {
            throw failed(ended, ["import"])
        }
        var events = try newEvents()[...]
        let keptBack = keptBack()
        var rest = rows
        var trial = model
        var points: [Model] = []
        for (index, row) in zip(rows.indices, rows) {
            if ended.wasKilled, events.isEmpty { break }
            if keptBack.contains(index) {
                count("rows kept back")
                continue
            }
            guard let call = call(row, object, trial) else {
                throw Finding(kind: "an import went another way", text: "\(row)")
            }
            let time = events.first?.time ?? now
            if !events.isEmpty { try checkTime(time) }
            let newIDs = events.first.map { [$0.id] } ?? []
            let answers = trial.make(call, at: time, newIDs: newIDs)
            let found = events.prefix(trial.events.count).map {
                Model.Event(kind: $0.kind, id: $0.id)
            }
            let order: (Model.Event, Model.Event) -> Bool = { ($0.id, $0.kind) < ($1.id, $1.kind) }
            if found.sorted(by: order) != trial.events.sorted(by: order) {
                throw Finding(
                    kind: "events of an import's \(row.operation)",
                    text: "row \(row.cells): log \(found)\nexpected \(trial.events)\nrows "
                        + rows.map(\.cells).joined(separator: "; ")
                )
            }
            events = events.dropFirst(trial.events.count)
            if !trial.events.isEmpty {
                points.append(trial)
                rest = rows[(index + 1)...]
                for id in answers.compactMap(\.id) {
                    mark(id, with: [row.word.string])
                }
            }
        }
        guard events.isEmpty else {
            throw Finding(kind: "an import has more events than rows", text: "\(events)")
        }
        if points.isEmpty { return rest }
        let epoch = try epoch()
        for point in points { append(point, epoch: epoch) }
        return rest
    }
}
