import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A replay to a store` {
    /// The history consists of random calls of every kind, including erasures.
    @Test(arguments: UInt64(0)..<4)
    func `and back again leaves what a replay to there makes, in every table`(
        number: UInt64
    ) async throws {
        let seed = testSeed(20_261_123) + number
        var random = SeededRandom(seed: seed)
        var run = try await ModelRun(seed: seed)
        try await run.make(1500)
        let store = try run.store()
        let last = try await store.lastPosition().ordinal
        let scratch = Scratch()
        for round in 0..<6 {
            // After the definitions and the first user, which are one transaction.
            let far = Position(UInt64.random(in: 101...last, using: &random))
            let near = Position(UInt64.random(in: 100...far.ordinal, using: &random))
            let there = scratch("to \(round)")
            let back = scratch("back \(round)")
            let made = try await store.replay(to: there, through: .position(near))
            let rewound = try await store.replay(
                to: back,
                through: .position(far),
                backTo: .position(near)
            )

            #expect(made.lastPosition == rewound.lastPosition)
            #expect(made.lastPosition <= near)
            #expect(made.withheld == rewound.withheld)
            let verified = try await RecordStore.verify(at: back)
            #expect(verified.isClean, "\(verified.findings)")
            let (expected, found) = (
                try storeContents(at: there), try storeContents(at: back)
            )
            #expect(Set(found.keys) == Set(expected.keys))
            // A transaction that withholds values has its own salt and time.
            for (table, entries) in expected
            where made.withheld.isEmpty || !["log", "tree"].contains(table) {
                let isSame = found[table] == entries
                #expect(isSame, "seed \(seed), \(far) to \(near): \(table)")
            }
        }
    }

    @Test func `to the end is the store again, and goes on on its own`() async throws {
        var run = try await ModelRun(seed: testSeed(20_261_127))
        try await run.make(800)
        let store = try run.store()
        let scratch = Scratch()
        let made = try await store.replay(to: scratch("copy"))

        let copy = try RecordStore(at: scratch("copy"))
        await #expect(try copy.info().digest == store.info().digest)
        #expect(try await copy.session().events(limit: .max) == store.session().events(limit: .max))
        await #expect(try copy.check(scratch: scratch("check")).findings == [])
        #expect(copy.storeID == store.storeID)
        await #expect(made.lastPosition == (try store.lastPosition()))
        let created = try await copy.session().create([SObject("Contact", ["LastName": "Ng"])])[0]
        #expect(created.position == made.lastPosition.advanced(by: 1))
        await #expect(try store.lastPosition() == made.lastPosition)
    }

    @Test func `is refused where there was nothing yet, and where there is something`() async throws
    {
        let test = try TestStore()
        let path = test.scratch("other")

        await #expect(throws: StoreError.noTransactionYet) {
            try await test.store.replay(to: path, through: .position(.beforeFirst))
        }
        await #expect(throws: StoreError.noTransactionYet) {
            try await test.store.replay(to: path, backTo: .time(Timestamp(milliseconds: 0)))
        }
        await #expect(throws: StoreError.storage(.exists(path: test.scratch("store")))) {
            try await test.store.replay(to: test.scratch("store"))
        }
    }

    @Test func `is stopped where its task is cancelled, and leaves nothing`() async throws {
        let test = try TestStore()

        let (store, copy) = (test.store, test.scratch("copy"))
        await #expect(throws: StoreError.interrupted) {
            try await cancelling { try await store.replay(to: copy, progress: $0) }
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: test.scratch.path)
        #expect(left == ["store"])
    }
}
