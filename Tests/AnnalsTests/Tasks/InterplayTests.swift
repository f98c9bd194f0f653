import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

struct `What a program does with a store inside of a call` {
    /// In a separate process, which a signal ends if it hangs.
    @Test(arguments: Durability.allCases)
    func `neither hangs nor loses what was answered`(durability: Durability) async throws {
        let scratch = Scratch()
        let folder = scratch("interplay")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let result = await #expect(processExitsWith: .success) {
            [folder = folder as String, durability = durability.rawValue as String] in
            alarm(400)
            let durability = try #require(Durability(rawValue: durability))
            try await Interplay(in: folder, durability).run()
        }
        if result == nil {
            let now = try? String(contentsOfFile: folder + "/now", encoding: .utf8)
            Issue.record("stopped at \(now ?? "the beginning")")
        }
    }

    /// The batch's call keeps a reference to the store, and the writer's thread one to the call.
    @Test(arguments: Durability.allCases)
    func `is over when its last reference went with the call`(durability: Durability) async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        await #expect(processExitsWith: .success) {
            [path = path as String, durability = durability.rawValue as String] in
            alarm(200)
            var configuration = RecordStore.Configuration()
            configuration.durability = try #require(Durability(rawValue: durability))
            for _ in 0..<60 {
                // There is no need to wait: the store can be opened once the reference is gone.
                let store = try RecordStore(at: path, configuration: configuration)
                let contacts = Array(repeating: SObject("Contact", ["LastName": "Ng"]), count: 30)
                _ = try await store.perform([BatchCall(session: store.session(), .create(contacts))]
                )
            }
            let store = try RecordStore(at: path, configuration: configuration)
            let found = try await store.session().query("SELECT COUNT() FROM Contact")
            #expect(found.totalSize == 1800)
        }
    }

    @Test func `may be a read that is under way while the map grows`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        await #expect(processExitsWith: .success) { [path = path as String] in
            alarm(200)
            var configuration = RecordStore.Configuration()
            configuration.mapSizeBytes = 1 << 20
            let store = try RecordStore(at: path, configuration: configuration)
            let session = store.session()
            let text = String(repeating: "x", count: 20_000)
            let record = SObject("ContactRequest", ["RequestDescription": .text(text)])
            _ = try await session.create(record.type, ["Status": "New"])
            let writing = Task {
                for _ in 0..<10 {
                    _ = try await session.create(Array(repeating: record, count: 100))
                }
            }
            // Opens a view, and others while it is open, until the calls are finished: in between,
            // the map cannot grow, and nobody may wait for that inside of the first view.
            let ended = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    for _ in 0..<200 {
                        let reader = try await store.reader()
                        usleep(2000)
                        _ = try await store.info()
                        _ = try await session.retrieve(from: "ContactRequest", ids: [])
                        _ = try reader.tables.log.end(in: reader.transaction)
                    }
                    return false
                }
                group.addTask {
                    try await writing.value
                    return true
                }
                return try await group.reduce(false) { $0 || $1 }
            }
            #expect(ended)
        }
    }
}
