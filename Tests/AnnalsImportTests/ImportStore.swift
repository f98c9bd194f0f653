import Annals
import AnnalsJSON
import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsImport

/// A folder with a store that can be reopened, and files to import into it.
struct ImportStore {
    let scratch = Scratch()
    let clock = TestClock("2026-07-01T00:00:00Z")

    static let schema = """
        {"objects": [{"name": "ContactRequest", "fields": [
          {"name": "RequestNumber__c", "label": "Request Number", "type": "string", "length": 12,
           "unique": true, "externalId": true, "caseSensitive": false}]}]}
        """

    /// Actors, owners and requesters are found or created.
    static let mapping = """
        {"object": "ContactRequest",
         "key": {"field": "RequestNumber__c", "value": "{number}"},
         "time": {"value": "{at}", "format": "iso"},
         "operation": {"value": "{op}"},
         "actor": {"reference": "User", "by": "Username", "value": "{by}@x.example",
                   "create": {"LastName": "{by}"}},
         "fields": {
           "Status": "{status}",
           "PreferredPhone": "{phone}",
           "IsCallback": "{callback}",
           "OwnerId": {"first": [
             {"reference": "User", "by": "Username", "value": "{owner}@x.example",
              "create": {"LastName": "{owner}"}},
             {"reference": "Group", "by": "DeveloperName", "value": "{queue}_Queue",
              "create": {"Name": "{queue}", "Type": "Queue"}}]},
           "WhoId": {"reference": "Contact", "by": "Email", "value": "{email}",
                     "create": {"LastName": "{email}"}}}}
        """

    init(schema: String = schema) throws {
        let file = try SchemaFile(json: Array(schema.utf8))
        try RecordStore.create(
            at: scratch("store"),
            schema: file,
            time: Timestamp("2016-01-01T00:00:00Z"),
            configuration: configuration
        )
    }

    private var configuration: RecordStore.Configuration {
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        configuration.durability = .onDemand
        return configuration
    }

    func open() throws -> RecordStore {
        try RecordStore(at: scratch("store"), configuration: configuration)
    }

    /// Opens the store, only to look at it.
    func looking<T>(_ body: (RecordStore) async throws -> T) async throws -> T {
        let store = try open()
        defer { store.close() }
        return try await body(store)
    }

    /// Every event, including the definitions and the administrator.
    func events() async throws -> [HistoryEvent] {
        try await looking { try await $0.session().events(limit: .max) }
    }

    /// What happened, without the digests, which differ between stores.
    func history() async throws -> [HappenedEvent] {
        try await events().map(HappenedEvent.init)
    }

    func write(_ text: String, to name: String) throws -> String {
        let path = scratch(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Writes `rows` to a file of that name, and imports it.
    func importing(
        _ rows: String,
        named name: String = "rows.jsonl",
        mapping: String = mapping,
        options: ImportOptions = ImportOptions(),
        progress: (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportSummary {
        let path = try write(rows, to: name)
        let store = try open()
        defer { store.close() }
        let importer = Importer(
            store: store,
            session: store.session(),
            mapping: try ImportMapping(json: Array(mapping.utf8)),
            source: try ImportSource(path: path),
            options: options
        )
        return try await importer.run(progress: progress)
    }

    /// The lines of a file of rejected rows.
    func rejects(_ name: String = "rejects.jsonl") throws -> [Reject] {
        let text = try String(contentsOfFile: scratch(name), encoding: .utf8)
        return try text.split(separator: "\n").map {
            let row = try JSONDecoder().decode(Reject.self, from: Data($0.utf8))
            return try row.withRow(of: JSONValue(Array($0.utf8)))
        }
    }

    func rejectOptions() -> ImportOptions { ImportOptions(rejectsPath: scratch("rejects.jsonl")) }
}

/// A line of the file of rejected rows.
struct Reject: Decodable, Equatable {
    struct Problem: Decodable, Hashable {
        let statusCode: String
        let message: String
        let fields: [String]
    }

    private enum CodingKeys: CodingKey { case line, error }

    let line: Int
    private(set) var row = JSONValue.null
    let error: Problem

    fileprivate func withRow(of json: JSONValue) throws -> Reject {
        guard case .members(let members) = json else { return self }
        var reject = self
        reject.row = members.first { $0.name == "row" }?.value ?? .null
        return reject
    }
}

extension [HistoryEvent] {
    /// What happened to the records of an object, without the object's definition.
    func of(_ object: String) -> [HistoryEvent] {
        filter { $0.object == object && $0.record != nil }
    }

    var kinds: [EventKind] { map(\.kind) }
}

/// The part of an event that is the same in two stores.
struct HappenedEvent: Equatable {
    let position: Position
    let transaction: UInt64
    let time: Timestamp
    let kind: EventKind
    let record: RecordID?
    let previous: Position?
    let actor: RecordID?
    let origin: String
    let idempotencyKey: String?
    let changes: [HistoryEvent.Change]

    init(_ event: HistoryEvent) {
        (position, transaction, time) = (event.position, event.transaction, event.time)
        (kind, record, previous) = (event.kind, event.record, event.previous)
        (actor, origin, idempotencyKey) = (event.actor, event.origin, event.idempotencyKey)
        changes = event.changes
    }
}
