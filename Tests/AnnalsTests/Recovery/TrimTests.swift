import AnnalsLog
import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

/// A store, its archive, and a copy of it with a trimmed log.
private struct Trimmed {
    var run: ModelRun
    let scratch = Scratch()
    var random: SeededRandom
    let store: RecordStore
    let report: TrimReport
    /// How many transactions should have been removed.
    let expected: UInt64
    /// All tables of the copy before it was trimmed.
    let before: [String: [[UInt8]: [UInt8]]]
    var path: String { scratch("copy") }
    var archive: String { scratch("archive") }

    init(seed: UInt64) async throws {
        run = try await ModelRun(seed: testSeed(seed))
        random = SeededRandom(seed: testSeed(seed) &+ 7)
        try await run.make(1200)
        store = try run.store()
        try await store.archive(to: scratch("archive"))
        let last = try await store.lastPosition()
        _ = try await store.replay(to: scratch("copy"))
        before = try storeContents(at: scratch("copy"))
        // After the first tile of the tree.
        let start = last.ordinal / 3
        let chosen = Position(start + UInt64(random.below(Int(last.ordinal - start))))
        let isByTime = random.chance(50)
        let heads = try await store.heads()
        let time = try #require(heads.last { $0.lastPosition <= chosen } ?? heads.first).time
        let count = try await store.info().transactions
        let within = heads.last { isByTime ? $0.time <= time : $0.lastPosition <= chosen }
        expected = min(within?.number ?? 0, count / 256 * 256, count - 1)
        report = try await RecordStore.trim(
            at: scratch("copy"),
            through: isByTime ? .time(time) : .position(chosen),
            archive: scratch("archive")
        )
    }

    func open(withArchive: Bool, isReadOnly: Bool = true) throws -> RecordStore {
        try RecordStore(
            at: path,
            configuration: configuration(withArchive: withArchive, isReadOnly: isReadOnly)
        )
    }

    func configuration(
        withArchive: Bool,
        isReadOnly: Bool = true
    ) -> RecordStore.Configuration {
        var configuration = RecordStore.Configuration()
        configuration.clock = run.clock.now
        configuration.isReadOnly = isReadOnly
        if withArchive { configuration.archive = archive }
        return configuration
    }

    /// The error for events that were trimmed.
    var refusal: StoreError {
        .storage(.archived(path: archive, position: report.horizon.ordinal))
    }
}

struct `A store whose old transactions are in the archive` {
    private static let query =
        "SELECT Id, Status, PreferredPhone, SystemModstamp FROM ContactRequest ORDER BY Id"

    @Test(arguments: UInt64(0)..<5)
    func `tells all that was since, and of what was before with the archive alone`(
        number: UInt64
    ) async throws {
        var trimmed = try await Trimmed(seed: 41_000 + number)
        let (store, report) = (trimmed.store, trimmed.report)
        #expect(report.archived == report.transactions)
        #expect(report.archived == trimmed.expected)
        let count = try await store.info().transactions
        #expect(count - report.archived >= 1)
        var after = try storeContents(at: trimmed.path)
        var before = trimmed.before
        #expect((before["log"]?.count ?? 0) - (after["log"]?.count ?? 0) >= Int(report.archived))
        for name in ["log", "meta"] { (after[name], before[name]) = (nil, nil) }
        #expect(after == before)

        let alone = try trimmed.open(withArchive: false)
        let all = try await store.session().events(limit: .max)
        let later = all.filter { $0.position > report.horizon }
        #expect(try await alone.session().events(after: report.horizon, limit: .max) == later)
        await #expect(try alone.info().archivedTransactions == report.archived)
        let ids = Array(Set(all.compactMap(\.record)))
        var (refused, answered) = (0, 0)
        for _ in 0..<60 {
            let moment = Position(UInt64(trimmed.random.below(all.count + 1)))
            let isBeyond = moment < report.horizon
            let id = ids[trimmed.random.below(ids.count)]
            let object = try #require(store.schema.objects.first { $0.prefix == id.prefix })
            func seen(_ store: RecordStore) async throws -> [Value?]? {
                let records = try await store.session().retrieve(
                    from: object.name,
                    ids: [RecordReference(id)],
                    asOf: .position(moment)
                )
                return records[0].map { record in object.fields.map { record[$0.name] } }
            }
            func asked(_ store: RecordStore) async throws -> [QueryRow] {
                var options = QueryOptions()
                options.asOf = .position(moment)
                options.batchSize = 2000
                return try await store.session().query(text: Self.query, options: options).records
            }
            if isBeyond {
                refused += 1
                await #expect(throws: trimmed.refusal) { _ = try await seen(alone) }
                await #expect(throws: trimmed.refusal) { _ = try await asked(alone) }
            } else {
                answered += 1
                #expect(try await seen(alone) == seen(store))
                #expect(try await asked(alone) == asked(store))
            }
        }
        #expect(report.archived > 0 && refused > 0 && answered > 0)
        await #expect(throws: trimmed.refusal) { try await alone.session().events(limit: 1) }
        let early = try #require(all.first { $0.record != nil }?.record)
        await #expect(throws: trimmed.refusal) { try await alone.session().history(of: early) }
        await #expect(throws: trimmed.refusal) {
            try await alone.replay(to: trimmed.scratch("replayed"))
        }
        let verified = try await alone.verify()
        #expect(verified.findings == [])
        #expect(verified.unreadTransactions == report.archived)
        await #expect(try verified.root == store.verify().root)
    }

    @Test(arguments: UInt64(0)..<3)
    func `is a whole store where the archive is given`(number: UInt64) async throws {
        let trimmed = try await Trimmed(seed: 42_000 + number)
        let store = trimmed.store
        let whole = try trimmed.open(withArchive: true)
        let all = try await store.session().events(limit: .max)
        #expect(try await whole.session().events(limit: .max) == all)
        for id in Set(all.compactMap(\.record)) {
            #expect(try await whole.session().history(of: id) == store.session().history(of: id))
        }
        let last = try await store.lastPosition().ordinal
        for step in stride(from: 1, to: last, by: Int(max(1, last / 12))) {
            let moment = QueryOptions.Moment.position(Position(step))
            #expect(
                try await whole.session().differences(from: moment, to: .position(Position(last)))
                    == store.session().differences(from: moment, to: .position(Position(last)))
            )
        }
        let heads = try await store.heads()
        for head in heads where head.number % 37 == 1 {
            #expect(
                try await whole.session().eventCounts(by: .kind, after: .time(head.time))
                    == store.session().eventCounts(by: .kind, after: .time(head.time))
            )
        }
        await #expect(try whole.check(scratch: trimmed.scratch("check")).findings == [])
        let verified = try await whole.verify()
        #expect(verified.findings == [])
        #expect(verified.unreadTransactions == 0)
        #expect(verified.events == all.count)
        let replayed = try await whole.replay(to: trimmed.scratch("replayed"))
        await #expect(replayed.lastPosition == (try store.lastPosition()))
        let copy = try RecordStore(at: trimmed.scratch("replayed"))
        await #expect(try copy.verify().unreadTransactions == 0)
        #expect(try await copy.session().events(limit: .max) == all)
    }

    @Test func `is rebuilt from the archive, and not without it`() async throws {
        let trimmed = try await Trimmed(seed: 43_000)
        let before = try storeContents(at: trimmed.path)
        await #expect(throws: trimmed.refusal) { try await RecordStore.rebuild(at: trimmed.path) }
        #expect(try storeContents(at: trimmed.path) == before)
        _ = try await RecordStore.rebuild(
            at: trimmed.path,
            configuration: trimmed.configuration(withArchive: true, isReadOnly: false)
        )
        #expect(try storeContents(at: trimmed.path) == before)
    }
}
