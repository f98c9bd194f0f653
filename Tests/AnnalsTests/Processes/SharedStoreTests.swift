import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

struct `A store that another process reads` {
    @Test func `is not compacted, trimmed or rebuilt, and says that it is read`() async throws {
        let scratch = Scratch()
        let (path, archive) = (scratch("store"), scratch("archive"))
        try RecordStore.create(at: path)
        try await whileRead(path) {
            _ = try await reader(of: path).archive(to: archive)
            let inUse = StoreError.storage(.storeInUse(path: path))
            await #expect(throws: inUse) { try await RecordStore.compact(at: path) }
            await #expect(throws: inUse) { try await RecordStore.rebuild(at: path) }
            await #expect(throws: inUse) {
                try await RecordStore.trim(
                    at: path,
                    through: .position(.beforeFirst),
                    archive: archive
                )
            }
            // Writing and salvaging are possible while others have the store open.
            let store = try RecordStore(at: path)
            try await store.session().create("Contact", ["LastName": "Ng"])
            store.close()
            _ = try RecordStore.salvage(from: path, to: scratch("salvaged"))
        }
        _ = try await RecordStore.compact(at: path)
        _ = try await RecordStore.rebuild(at: path)
    }

    /// The reader waits for the end of the work, or is refused; either way it then reads the whole
    /// store.
    @Test(arguments: ["compacted", "rebuilt"])
    func `cannot be opened while it is alone with somebody, and is found whole after it`(
        _ work: String
    ) async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let started = Shared<[Result<OtherReader, any Error>]>([])
        let start = { @Sendable [path = path as String] (_: WorkProgress) in
            guard started.value.count < 2 else { return }
            let reader = Result { try OtherReader(of: path) }
            started.change { $0.append(reader) }
            // Time for the reader to begin waiting.
            usleep(500_000)
        }
        if work == "compacted" {
            try await RecordStore.compact(at: path) { start($0) }
        } else {
            _ = try await RecordStore.rebuild(at: path) { start($0) }
        }
        let readers = try started.value.map { try $0.get() }
        #expect(!readers.isEmpty)
        func isRefused(_ told: String) -> Bool { told.contains("is being \(work)") }
        for reader in readers {
            try await reader.wait { !$0.isEmpty }
            #expect(!reader.told.isEmpty)
        }
        try await {
            let store = try RecordStore(at: path)
            try await store.session().create("Contact", ["LastName": "Newest"])
            store.close()
        }()
        for reader in readers {
            try await reader.wait { $0.contains("Newest") || isRefused($0) }
            #expect(reader.told.contains("Newest") || isRefused(reader.told), "\(reader.told)")
        }
    }

    @Test func `says that it was replaced or removed`() async throws {
        let scratch = Scratch()
        let (path, other) = (scratch("store"), scratch("other"))
        try RecordStore.create(at: path)
        try RecordStore.create(at: other)
        let store = try reader(of: path)
        try store.requireInPlace()
        try FileManager.default.moveItem(atPath: path, toPath: scratch("away"))
        let replaced = StoreError.storage(.replaced(path: path))
        #expect(throws: replaced) { try store.requireInPlace() }
        try FileManager.default.moveItem(atPath: other, toPath: path)
        #expect(throws: replaced) { try store.requireInPlace() }
        await #expect(throws: replaced) {
            try await store.archive(to: scratch("archive"), every: .milliseconds(10)) { _, _ in }
        }
        // There is another store at this path now, and it can be opened.
        await #expect(try reader(of: path).info().storeID != store.storeID)
    }
}

struct `A store that is closed` {
    @Test(arguments: [Durability.everyCommit, .grouped, .journaled, .onDemand])
    func `can be opened again, whoever still refers to it`(_ durability: Durability) async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        var configuration = RecordStore.Configuration()
        configuration.durability = durability
        var closed: [RecordStore] = []
        for round in 0..<20 {
            let store = try RecordStore(at: path, configuration: configuration)
            try await store.session().create("Contact", ["LastName": "Ng"])
            await #expect(
                try store.info().objects.first { $0.name == "Contact" }?.live == round + 1
            )
            store.close()
            closed.append(store)
        }
        for store in closed {
            await #expect(throws: StoreError.closed) { try await store.info() }
            await #expect(throws: StoreError.closed) { try await store.session().events(limit: 1) }
        }
        try await RecordStore.compact(at: path)
    }

    @Test func `is told apart from one that this process has open`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let store = try RecordStore(at: path)
        let open = StoreError.storage(.alreadyOpen(path: path))
        #expect(throws: open) { try RecordStore(at: path) }
        #expect(throws: open) { try reader(of: path) }
        await #expect(throws: open) { try await RecordStore.compact(at: path) }
        await #expect(throws: open) { try await RecordStore.rebuild(at: path) }
        store.close()
        _ = try RecordStore(at: path)
    }

    @Test func `waits for those who are in the middle of a read, and they end well`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let store = try RecordStore(at: path)
        // Separate threads, because tasks that never wait would leave none for this test.
        let ended = DispatchGroup()
        for _ in 0..<4 {
            ended.enter()
            Thread.detachNewThread {
                while (try? store.view()) != nil {}
                #expect(throws: StoreError.closed) { _ = try store.view() }
                ended.leave()
            }
        }
        try await Task.sleep(for: .milliseconds(50))
        store.close()
        let again = try RecordStore(at: path)
        try await again.session().create("Contact", ["LastName": "Ng"])
        await withCheckedContinuation { continuation in
            ended.notify(queue: .global()) { continuation.resume() }
        }
    }
}

struct `A folder without a data file` {
    @Test func `is no store, and stays empty`() throws {
        let scratch = Scratch()
        #expect(
            throws: StoreError.storage(
                .notAStore(path: scratch.path, finding: "it holds no data.mdb")
            )
        ) {
            try RecordStore(at: scratch.path)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
    }
}
