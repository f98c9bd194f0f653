import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A store that was closed` {
    @Test func `is opened again at once`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        try RecordStore.create(at: path, configuration: configuration)

        for round in 0..<200 {
            let store = try RecordStore(at: path, configuration: configuration)
            try await store.session().create("ContactRequest", [:])
            if round % 2 == 0 { store.close() }
        }

        let store = try RecordStore(at: path, configuration: configuration)
        await #expect(try store.info().objects.first { $0.name == "ContactRequest" }?.live == 200)
    }

    @Test func `answers the calls that waited, and refuses later ones`() async throws {
        let test = try TestStore()
        let session = test.session
        async let waiting = session.create([SObject("ContactRequest")])
        let first = try await waiting

        test.store.close()

        try first.get()
        await #expect(throws: StoreError.closed) {
            try await session.create("ContactRequest", [:])
        }
        await #expect(throws: StoreError.closed) { try await test.store.info() }
        let again = try RecordStore(at: test.store.path)
        await #expect(try again.info().objects.first { $0.name == "ContactRequest" }?.live == 1)
    }
}

struct `A store with a small map` {
    /// A call of six megabytes, with a map of one.
    @Test func `grows under calls while others read`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        configuration.mapSizeBytes = 1 << 20
        try RecordStore.create(at: path, configuration: configuration)
        let store = try RecordStore(at: path, configuration: configuration)
        let text = String(repeating: "long", count: 7500)
        let record = SObject("ContactRequest", ["RequestDescription": .text(text)])

        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<4 {
                        let results = try await store.session()
                            .create(Array(repeating: record, count: 200))
                        let ids = results.compactMap(\.id)
                        #expect(ids.count == 200)
                        let found = try await store.session().retrieve(
                            ["RequestDescription"],
                            from: "ContactRequest",
                            ids: ids.map { RecordReference($0) }
                        )
                        #expect(found.allSatisfy { $0?["RequestDescription"] == .text(text) })
                    }
                }
            }
            try await group.waitForAll()
        }

        let info = try await store.info()
        #expect(info.objects.first { $0.name == "ContactRequest" }?.live == 2400)
        #expect(info.usedBytes > 100 << 20)
        await #expect(try store.check(scratch: scratch("check")).findings == [])
    }
}
