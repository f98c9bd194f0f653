import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A store that another process reads` {
    @Test func `is not compacted, trimmed or rebuilt, and says that it is read`() async throws {
        let scratch = Scratch()
        let (path, archive) = (scratch("store"), scratch("archive"))
        try RecordStore.create(at: path)
        try await whileRead(path) {
            _ = try reader(of: path).archive(to: archive)
            let inUse = StoreError.storage(.storeInUse(path: path))
            #expect(throws: inUse) { try RecordStore.compact(at: path) }
            #expect(throws: inUse) { try RecordStore.rebuild(at: path) }
            #expect(throws: inUse) {
                try RecordStore.trim(at: path, through: .position(.beforeFirst), archive: archive)
            }
            // Writing and salvaging are possible while others have the store open.
            let store = try RecordStore(at: path)
            try await store.session().create("Contact", ["LastName": "Ng"])
            store.close()
            _ = try RecordStore.salvage(from: path, to: scratch("salvaged"))
        }
        _ = try RecordStore.compact(at: path)
        _ = try RecordStore.rebuild(at: path)
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
        var readers: [OtherReader] = []
        var failure: (any Error)?
        func start() -> Bool {
            guard readers.count < 2 else { return true }
            do { readers.append(try OtherReader(of: path)) } catch { failure = error }
            // Time for the reader to begin waiting.
            usleep(500_000)
            return true
        }
        if work == "compacted" {
            try RecordStore.compact(at: path) { _ in start() }
        } else {
            _ = try RecordStore.rebuild(at: path) { _, _ in start() }
        }
        #expect(failure == nil)
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
            try await store.archive(to: scratch("archive"), every: .milliseconds(10)) { _, _ in
                true
            }
        }
        // There is another store at this path now, and it can be opened.
        #expect(try reader(of: path).info().storeID != store.storeID)
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
            #expect(try store.info().objects.first { $0.name == "Contact" }?.live == round + 1)
            store.close()
            closed.append(store)
        }
        for store in closed {
            #expect(throws: StoreError.closed) { try store.info() }
            await #expect(throws: StoreError.closed) { try await store.session().events(limit: 1) }
        }
        try RecordStore.compact(at: path)
    }

    @Test func `is told apart from one that this process has open`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let store = try RecordStore(at: path)
        let open = StoreError.storage(.alreadyOpen(path: path))
        #expect(throws: open) { try RecordStore(at: path) }
        #expect(throws: open) { try reader(of: path) }
        #expect(throws: open) { try RecordStore.compact(at: path) }
        #expect(throws: open) { try RecordStore.rebuild(at: path) }
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
                while (try? store.info()) != nil {}
                #expect(throws: StoreError.closed) { try store.info() }
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
