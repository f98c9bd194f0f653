import AnnalsTestSupport
import Foundation
import Synchronization
import Testing

@testable import Annals

struct `Tasks that read in a loop` {
    /// In a separate process, whose thread pool has no other tests on it.
    @Test(arguments: ["query", "retrieve", "history", "recycleBin"])
    func `leave room for tasks that write, and for timers`(read: String) async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        await #expect(processExitsWith: .success) {
            [path = path as String, read = read as String] in
            alarm(120)
            let race = try await ReadingRace(at: path)
            let counts = try await race.run(read)
            #expect(counts.ticks >= 10 && counts.creates >= 10, "\(read): \(counts)")
        }
    }

    @Test func `read off the actor that asks`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let session = try RecordStore(at: path).session()
        let isOnMain = try await MainActor.run { session }.isReadOnMainThread()
        #expect(!isOnMain)
    }

    @Test func `end with an error where they are cancelled`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let store = try RecordStore(at: path)
        let session = store.session()
        let contacts = (0..<200).map { SObject("Contact", ["LastName": .text("\($0)")]) }
        _ = try await session.create(contacts)
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await session.query("SELECT Id FROM Contact WHERE LastName LIKE '%9%'")
        }
        await #expect(throws: StoreError.interrupted) { try await task.value }
        let walk = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await session.eventCounts(by: .kind)
        }
        await #expect(throws: StoreError.interrupted) { try await walk.value }
    }

    /// Who resumes may have the last reference to the store, and open its folder again.
    @Test func `are answered when the thread of the read has forgotten the store`() {
        weak var store: Witness?
        func work() -> Handover<Int> {
            let witness = Witness()
            store = witness
            return Handover { withExtendedLifetime(witness) { 7 } }
        }
        let handover = work()
        #expect(store != nil)
        var results: [Int] = []
        handover.run { result in
            #expect(store == nil)
            results.append(result)
        }
        #expect(results == [7])
    }
}

private final class Witness: Sendable {}

extension Session {
    @MainActor
    fileprivate func isReadOnMainThread() async throws -> Bool {
        try await read { (_) throws(StoreError) in Thread.isMainThread }
    }
}

/// Tasks that read as fast as they can, one that writes, and a timer.
private final class ReadingRace: Sendable {
    struct Counts: Sendable {
        var ticks = 0
        var creates = 0
    }

    private let session: Session
    private let id: RecordID
    private let selection: FieldSelection
    private let isOver = Atomic<Bool>(false)
    private let counts = Mutex(Counts())
    private static let contact = SObject("Contact", ["LastName": "Ng"])

    init(at path: String) async throws {
        session = try RecordStore(at: path).session()
        id = try #require(try await session.create([Self.contact])[0].id)
        selection = try session.selection(of: "Contact")
    }

    private var goesOn: Bool { !isOver.load(ordering: .relaxed) }

    func run(_ read: String) async throws -> Counts {
        // A thread ends it, because a task might never run.
        Thread.detachNewThread { [self] in
            Thread.sleep(forTimeInterval: 1.5)
            isOver.store(true, ordering: .relaxed)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount + 1 {
                group.addTask { while self.goesOn { try await self.look(read) } }
            }
            group.addTask {
                while self.goesOn {
                    try await Task.sleep(for: .milliseconds(5))
                    self.counts.withLock { $0.ticks += 1 }
                }
            }
            group.addTask {
                while self.goesOn {
                    _ = try await self.session.create([Self.contact])
                    self.counts.withLock { $0.creates += 1 }
                }
            }
            try await group.waitForAll()
        }
        return counts.withLock { $0 }
    }

    private func look(_ read: String) async throws {
        switch read {
        case "query": _ = try await session.query("SELECT Id FROM Contact")
        case "retrieve": _ = try await session.retrieve(selection, id: id)
        case "history": _ = try await session.history(of: id)
        default: _ = try await session.recycleBin(limit: 10)
        }
    }
}
