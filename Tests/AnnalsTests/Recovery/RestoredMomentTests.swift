import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

/// What a store returns about all its records at one moment.
private struct Dump {
    struct Entry {
        let fields: [String: Value]
        let isErased: Bool
    }

    /// Fields that erasing does not remove: stamps and states.
    private static let stamps: Set = [
        "Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById",
        "SystemModstamp",
    ]

    let position: Position
    let time: Timestamp
    private var entries: [RecordID: Entry] = [:]
    private var live: Set<RecordID> = []
    private var bin: [RecordID] = []

    init(of store: RecordStore, at position: Position, _ time: Timestamp) async throws {
        self.position = position
        self.time = time
        for object in NaiveObject.all {
            let selection = try store.session().selection(of: object.name)
            for record in try await store.session().records(
                selection,
                includingDeleted: true,
                limit: 1_000_000
            ) {
                var fields: [String: Value] = [:]
                for (name, value) in record.fields { fields[name] = value }
                let last = try await store.session().history(of: record.id).last?.kind
                entries[record.id] = Entry(fields: fields, isErased: last == .erased)
            }
            live.formUnion(try await store.session().records(selection, limit: 1_000_000).map(\.id))
        }
        bin = try await store.session().recycleBin(limit: 1_000_000).map(\.id)
    }

    /// Compares it with a store that was made from a part of the history.
    func expect(_ other: Dump, withheld: Set<RecordID>, _ comment: Comment) {
        #expect(Set(entries.keys) == Set(other.entries.keys), comment)
        #expect(live == other.live, comment)
        #expect(bin == other.bin, comment)
        for (id, entry) in entries {
            guard let found = other.entries[id] else { continue }
            for (name, value) in entry.fields {
                let isTaken = withheld.contains(id) && !Self.stamps.contains(name)
                if isTaken {
                    let isNull =
                        found.fields[name] == .null || found.fields[name] == .boolean(false)
                    #expect(isNull, "\(comment): \(id) \(name)")
                } else {
                    #expect(found.fields[name] == value, "\(comment): \(id) \(name)")
                }
            }
        }
    }

    func wasErased(_ id: RecordID) -> Bool? { entries[id]?.isErased }
}

struct `A store restored to any moment of a history with erasures` {
    /// With cascades, restricting references, purges, and copies that were made before the
    /// erasures.
    @Test(arguments: UInt64(0)..<4)
    func `is what it was then, but for the values that were erased since`(
        number: UInt64
    ) async throws {
        let seed = testSeed(9400 + number)
        var run = try await ModelRun(seed: seed)
        let scratch = Scratch()
        let (archive, old) = (scratch("archive"), scratch("old"))
        let snapshots = scratch("snapshots")
        var dumps: [Dump] = []
        for round in 0..<14 {
            try await run.make(30)
            let store = try run.store()
            dumps.append(try await Dump(of: store, at: store.lastPosition(), run.clock.time))
            if round % 2 == 0 { try await store.archive(to: archive) }
            if round == 5 { try FileManager.default.copyItem(atPath: archive, toPath: old) }
            if round % 5 == 4 { try await store.takeSnapshot(in: snapshots) }
        }
        let store = try run.store()
        try await store.archive(to: archive)
        try await store.takeSnapshot(in: snapshots)
        // Puts some of the old segments back.
        for (index, name) in try FileManager.default.contentsOfDirectory(atPath: old).enumerated()
        where index % 2 == 0 && !FileManager.default.fileExists(atPath: archive + "/" + name) {
            try FileManager.default.copyItem(atPath: old + "/" + name, toPath: archive + "/" + name)
        }
        var withheldCount = 0
        for (index, dump) in dumps.enumerated() {
            let comment: Comment = "seed \(seed), position \(dump.position)"
            let target = scratch("restored \(index)")
            let restored = try await RecordStore.restore(
                to: target,
                snapshots: index % 3 == 1 ? nil : snapshots,
                archive: index % 3 == 2 ? nil : archive,
                point: .position(dump.position)
            )
            #expect(restored.lastPosition == dump.position, comment)
            withheldCount += restored.withheld.count
            let made = try RecordStore(at: target)
            let found = try await Dump(of: made, at: dump.position, dump.time)
            dump.expect(found, withheld: Set(restored.withheld), comment)
            for id in restored.withheld { #expect(dump.wasErased(id) != true, comment) }
            await #expect(try made.verify().findings == [], comment)
            let replayed = try await store.replay(
                to: scratch("replayed \(index)"),
                through: .position(dump.position)
            )
            #expect(replayed.withheld == restored.withheld, comment)
        }
        #expect(withheldCount > 0, "seed \(seed)")
    }
}
