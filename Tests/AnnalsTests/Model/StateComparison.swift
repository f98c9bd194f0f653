import Annals

/// Compares everything that can be read from a store with the model.
struct StateComparison {
    let model: NaiveModel
    let store: RecordStore

    /// Every record that is not purged, with all its fields.
    func compareRecords() async throws {
        for object in NaiveObject.all {
            let selection = try store.session().selection(of: object.name)
            let records = try await store.session().records(
                selection,
                includingDeleted: true,
                limit: 1_000_000
            )
            let expected = model.records[object.name] ?? [:]
            try same("ids of \(object.name)", records.map(\.id), expected.keys.sorted())
            for record in records {
                guard let expected = expected[record.id] else { continue }
                for (name, value) in record.fields {
                    try same("\(name) of \(record.id)", value, expected.value(of: name))
                }
                try same(
                    "the last event of \(record.id)",
                    record.lastPosition.ordinal,
                    expected.lastPosition
                )
            }
            let live = try await store.session().records(selection, limit: 1_000_000)
            try same(
                "live ids of \(object.name)",
                live.map(\.id),
                expected.values.filter { $0.state == .live }.map(\.id).sorted()
            )
        }
        try await same("the last position", try store.lastPosition().ordinal, model.position)
    }

    func compareBin() async throws {
        let bin = try await store.session().recycleBin(limit: 1_000_000)
        let expected = model.records.values.flatMap(\.values)
            .filter { $0.state == .inBin && !$0.isCascaded }
        try same("the recycle bin", bin.map(\.id).sorted(), expected.map(\.id).sorted())
        let dates = bin.map { $0["SystemModstamp"]?.description ?? "" }
        try same("the order of the recycle bin", dates, dates.sorted())
    }

    /// The kinds of every record's events, and whether the history adds up to the record.
    func compareHistories() async throws {
        for (id, kinds) in model.purged {
            try same(
                "events of \(id)",
                try await store.session().history(of: id).map(\.kind),
                kinds
            )
        }
        for record in model.records.values.flatMap(\.values) {
            let history = try await store.session().history(of: record.id)
            try same("events of \(record.id)", history.map(\.kind), record.events)
            var values: [String: Value] = [:]
            for change in history.flatMap(\.changes) {
                try same(
                    "\(change.field) of \(record.id) before an event",
                    change.before,
                    values[change.field] ?? .null
                )
                values[change.field] = change.after
            }
            try same(
                "what the events of \(record.id) say",
                values.filter { $0.value != .null },
                record.events.last == .erased ? [:] : record.values
            )
        }
    }

    /// Every key finds exactly the live records that have it.
    func compareKeys() async throws {
        for object in NaiveObject.all {
            let all = (model.records[object.name] ?? [:]).values
            for field in object.fields where field.isKey {
                for value in Set(all.compactMap { $0[field.name].text }) {
                    let found = try await store.session().find(
                        value,
                        in: field.name,
                        of: object.name,
                        limit: 1000
                    )
                    let expected = all.filter {
                        $0.state == .live && field.isSame($0[field.name], .text(value))
                    }
                    try same(
                        "\(object.name) with \(field.name) \(value)",
                        found.sorted(),
                        expected.map(\.id).sorted()
                    )
                }
            }
        }
    }
}

extension NaiveModel.Record {
    func value(of name: String) -> Value {
        switch name {
        case "Id": .id(id)
        case "IsDeleted": .boolean(state != .live)
        case "CreatedDate": .dateTime(created)
        case "CreatedById": .id(createdBy)
        case "LastModifiedDate": .dateTime(lastModified)
        case "LastModifiedById": .id(lastModifiedBy)
        case "SystemModstamp": .dateTime(systemModstamp)
        default: self[name]
        }
    }
}
