import Annals
import AnnalsTestSupport

/// A store with a few hundred records of all objects, many of which were changed, deleted,
/// undeleted and purged.
final class RandomStore {
    let scratch = Scratch()
    let clock = TestClock("2022-06-01T00:00:00Z")
    /// `nil` only while the store is reopened.
    private var opened: RecordStore?
    /// The longest time between two calls.
    var paceMilliseconds = 400_000_000
    private(set) var users: [RecordID]
    /// The earlier schemas, each with the last position before it was replaced.
    private(set) var schemas: [(Schema, until: Position)] = []
    private var values: RandomValues
    private var ids: [String: [RecordID]] = [:]
    private var deleted: [RecordID] = []
    private let configuration: RecordStore.Configuration

    private static let counts = [
        ("User", 6), ("Group", 5), ("Account", 22), ("Contact", 20), ("Lead", 6),
        ("Opportunity", 10), ("Case", 10), ("WorkOrder", 5), ("Thing__c", 90),
        ("ContactRequest", 60),
    ]

    init(seed: UInt64, changes: Int = 150, scale: Int = 1) async throws {
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        configuration.durability = .onDemand
        configuration.mapSizeBytes = 64 << 20
        self.configuration = configuration
        let path = scratch("store")
        try RecordStore.create(
            at: path,
            schema: try RandomSchema.first(),
            configuration: configuration
        )
        let store = try RecordStore(at: path, configuration: configuration)
        opened = store
        users = [store.administrator]
        values = RandomValues(SeededRandom(seed: seed))
        ids["User"] = users
        for (object, count) in Self.counts {
            try await create(object, object == "User" ? count : count * scale)
            if object == "User" { users = ids["User"] ?? users }
        }
        for schema in try RandomSchema.later() {
            try await change(changes / 3)
            await schemas.append((store.schema, until: try store.lastPosition()))
            try await store.define(schema)
        }
        try await create("Extra__c", 8 * scale)
        try await create("Thing__c", 10 * scale)
        try await change(changes / 3)
        schemas.append((store.schema, until: Position(.max)))
    }

    var store: RecordStore {
        guard let opened else { fatalError("the store is closed") }
        return opened
    }

    /// The schema after that position.
    func schema(at position: Position) -> Schema {
        schemas.first { position <= $0.until }?.0 ?? store.schema
    }

    private func wait() {
        clock.advance(milliseconds: Int64(values.random.below(paceMilliseconds)) + 1)
        if values.random.chance(20) { clock.advance(milliseconds: -clock.time.milliseconds % 1000) }
    }

    private func session() -> Session { store.session(as: values.pick(users)) }

    private func record(_ object: ObjectType) -> SObject {
        var record = SObject(object.name)
        // An inactive user cannot make calls.
        for field in object.fields where field.has(.create) && field.name != "IsActive" {
            let isNeeded = !field.has(.nillable) && !field.has(.defaultedOnCreate)
            guard isNeeded || values.random.chance(70) else { continue }
            let value = values.value(for: field, targets: ids)
            record.fields.append(SObject.Assignment(field.name, value))
        }
        return record
    }

    private func create(_ object: String, _ count: Int) async throws {
        guard let type = store.schema[object] else { return }
        var rest = count
        var refused = 0
        while rest > 0 {
            wait()
            let size = min(rest, 1 + values.random.below(6) * max(1, count / 50))
            let records = (0..<size).map { _ in record(type) }
            let results = try await session().create(records)
            for result in results {
                // A record may refer to something that cannot own it, or that is deleted.
                guard let id = result.id else {
                    refused += 1
                    if refused > 10 * count { throw Unmade(errors: result.errors) }
                    continue
                }
                rest -= 1
                ids[object, default: []].append(id)
            }
        }
    }

    /// Creates more records of the object that is queried most.
    func grow() async throws { try await create("Thing__c", 5) }

    /// Closes the store and opens it again; no session of it may exist.
    func reopen() throws {
        opened?.close()
        opened = nil
        opened = try RecordStore(at: scratch("store"), configuration: configuration)
    }

    struct Unmade: Error {
        let errors: [RecordError]
    }

    /// Lets users view some records.
    ///
    /// - Returns: By user and record, when it was viewed and when it was referenced.
    func view() async throws -> [RecordID: [RecordID: NaiveViews]] {
        var views: [RecordID: [RecordID: NaiveViews]] = [:]
        for user in users {
            for object in ["Thing__c", "ContactRequest", "Thing__c"] {
                wait()
                let known = ids[object] ?? []
                let seen = Set((0..<20).map { _ in values.pick(known) })
                let isView = values.random.chance(60)
                let list = seen.map { "'\($0)'" }.joined(separator: ", ")
                let result = try await store.session(as: user).query(
                    text: "SELECT Id FROM \(object) WHERE Id IN (\(list)) "
                        + "FOR \(isView ? "VIEW" : "REFERENCE")"
                )
                let now = Value.dateTime(clock.time.wholeSecond)
                for id in result.records.compactMap(\.id) {
                    if isView { views[user, default: [:]][id, default: NaiveViews()].viewed = now }
                    views[user, default: [:]][id, default: NaiveViews()].referenced = now
                }
            }
        }
        return views
    }

    /// Makes changes, which may fail.
    func change(_ count: Int) async throws {
        for _ in 0..<count {
            wait()
            let object = values.pick(Self.counts).0
            guard let type = store.schema[object], let known = ids[object] else { continue }
            let id = values.pick(known)
            switch values.random.below(object == "User" ? 4 : 10) {
            case 0..<5:
                var changed = SObject(object, id: id)
                for _ in 0..<3 {
                    let field = values.pick(
                        type.fields.filter { $0.has(.update) && $0.name != "IsActive" }
                    )
                    let isNull = field.has(.nillable) && values.random.chance(25)
                    let value = values.value(for: field, targets: ids)
                    changed.fields.append(
                        SObject.Assignment(field.name, isNull ? .null : value)
                    )
                }
                _ = try await session().update([changed])
            case 5..<8:
                _ = try await session().delete([RecordReference(id)])
                deleted.append(id)
            case 8:
                guard !deleted.isEmpty else { continue }
                _ = try await session().undelete([RecordReference(values.pick(deleted))])
            default:
                guard !deleted.isEmpty else { continue }
                let reference = RecordReference(values.pick(deleted))
                if values.random.chance(30) {
                    _ = try await session().erase([reference], reason: "request 4711")
                } else {
                    _ = try await session().emptyRecycleBin([reference])
                }
            }
            if values.random.chance(4) { _ = try await store.purgeExpired() }
        }
    }
}
