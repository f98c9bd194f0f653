import AnnalsTestSupport
import Foundation
import Synchronization

@testable import Annals

/// Something that happens once, in the middle of a call: when the engine next reads the clock,
/// needs random bytes, or reports progress.
final class Interruption: Sendable {
    private let action = Mutex<(@Sendable () -> Void)?>(nil)

    func set(_ action: (@Sendable () -> Void)?) { self.action.withLock { $0 = action } }

    func happen() {
        let action = action.withLock { action in
            defer { action = nil }
            return action
        }
        action?()
    }
}

/// A store that somebody else may release.
final class SharedStore: Sendable {
    private let stored: Mutex<RecordStore?>

    init(_ store: RecordStore) { stored = Mutex(store) }

    private let findings = Mutex<[String]>([])

    var store: RecordStore? { stored.withLock { $0 } }
    var broken: [String] { findings.withLock { $0 } }
    func found(_ finding: String) { findings.withLock { $0.append(finding) } }

    func letGo() {
        // Outside of the lock, because releasing a store may do anything.
        let store = stored.withLock { store in
            defer { store = nil }
            return store
        }
        withExtendedLifetime(store) {}
    }
}

/// Closes its store when it is released.
final class ClosingRemnant: Sendable {
    private let shared: SharedStore

    init(_ shared: SharedStore) { self.shared = shared }

    deinit { shared.store?.close() }
}

/// One store, reopened again and again: each public call, and in the middle of it everything that a
/// program may do with the store from there.
final class Interplay: Sendable {
    enum Call: String, CaseIterable {
        case create, load, update, upsert, delete, undelete, erase, perform, purge, define
        case query, queryMore, retrieve, getUpdated, getDeleted, events, differences, info
        case synchronize, verify, check, snapshot, archive, follow, replay, counts

        var tellsProgress: Bool {
            switch self {
            case .differences, .verify, .check, .snapshot, .archive, .follow, .replay, .counts: true
            default: false
            }
        }
    }

    enum Event: String, CaseIterable {
        /// The last reference is released with the call, on any thread.
        case lastReference
        case letGoFromClock, closeFromClock, readFromClock, callFromClock, closeFromRandom
        case close, cancel, closeFromProgress, readFromProgress, closeFromRemnant

        var isInProgress: Bool { self == .closeFromProgress || self == .readFromProgress }
    }

    /// An answer that breaks a promise of the engine.
    struct Broken: Error { let finding: String }

    let folder: String
    let durability: Durability
    let clock = TestClock()
    let inClock = Interruption()
    let inRandom = Interruption()
    private let acknowledged = Mutex(Position.beforeFirst)

    init(in folder: String, _ durability: Durability) {
        (self.folder, self.durability) = (folder, durability)
    }

    private var path: String { folder + "/store" }

    func run() async throws {
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        try RecordStore.create(at: path, configuration: configuration)
        for call in Call.allCases {
            for event in Event.allCases where call.tellsProgress || !event.isInProgress {
                // So that a test that hangs can report where.
                try "\(call), \(event)".write(
                    toFile: folder + "/now",
                    atomically: true,
                    encoding: .utf8
                )
                do {
                    try await run(call, event)
                    try await lookAfter()
                } catch {
                    throw Broken(finding: "\(call), \(event): \(error)")
                }
            }
        }
        let report = try await RecordStore.verify(at: path)
        guard report.isClean else { throw Broken(finding: "\(report.findings)") }
    }

    // MARK: One call

    private func open() async throws -> RecordStore {
        var configuration = RecordStore.Configuration()
        configuration.durability = durability
        // Small, so that it must grow while views are open.
        configuration.mapSizeBytes = 1 << 20
        configuration.clock = { [clock, inClock] in
            inClock.happen()
            return clock.time
        }
        configuration.random = { [inRandom] count in
            inRandom.happen()
            return (0..<count).map { _ in UInt8.random(in: 0...255) }
        }
        // A thread that nobody waits for ends by itself.
        for _ in 0..<2000 {
            do throws(StoreError) {
                return try RecordStore(at: path, configuration: configuration)
            } catch .storage(.lockedByAnotherProcess), .storage(.alreadyOpen) {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        throw Broken(finding: "the store stays locked")
    }

    private func run(_ call: Call, _ event: Event) async throws {
        clock.advance(minutes: 2)
        let shared = SharedStore(try await open())
        let ids = try await prepare(shared)
        let progress = Interruption()
        switch event {
        case .lastReference, .cancel, .close: break
        case .letGoFromClock: inClock.set { shared.letGo() }
        case .closeFromClock: inClock.set { shared.store?.close() }
        case .readFromClock: inClock.set { Self.read(shared) }
        case .callFromClock:
            inClock.set {
                guard let session = shared.store?.session() else { return }
                Task { _ = try? await session.create("Contact", ["LastName": "Ng"]) }
            }
        case .closeFromRandom: inRandom.set { shared.store?.close() }
        case .closeFromProgress: progress.set { shared.store?.close() }
        case .readFromProgress: progress.set { Self.read(shared) }
        case .closeFromRemnant:
            let remnant = Mutex<ClosingRemnant?>(ClosingRemnant(shared))
            inClock.set {
                let gone = remnant.withLock { remnant in
                    defer { remnant = nil }
                    return remnant
                }
                withExtendedLifetime(gone) {}
            }
        }
        let work = Task { [self] in try await made(call, shared, ids, progress) }
        if event == .cancel { work.cancel() }
        if event == .close { shared.store?.close() }
        do {
            try await work.value
        } catch StoreError.closed, StoreError.interrupted {
        } catch StoreError.fault where call == .queryMore {
            // The store was closed before the cursor's commit was on the disk.
        }
        inClock.set(nil)
        inRandom.set(nil)
        shared.letGo()
        if !shared.broken.isEmpty { throw Broken(finding: "\(shared.broken)") }
    }

    /// Creates records to make calls with.
    private func prepare(_ shared: SharedStore) async throws -> [RecordID] {
        guard let session = shared.store?.session() else { return [] }
        let contacts = (0..<4).map { SObject("Contact", ["LastName": .text("Ng \($0)")]) }
        let made = try await session.create(contacts)
        let ids = made.compactMap(\.id)
        note(made)
        for id in ids[1...2] { note(try await session.delete([RecordReference(id)])) }
        return ids
    }

    private func note(_ results: [RecordResult]) {
        let last = results.compactMap(\.position).max()
        acknowledged.withLock { $0 = max($0, last ?? $0) }
    }

    /// A callback may start a read: it is answered, unless the store is closed by then.
    private static func read(_ shared: SharedStore) {
        guard let store = shared.store else { return }
        Task {
            do throws(StoreError) {
                _ = try await store.info()
            } catch {
                if error != .closed { shared.found("reading from within: \(error)") }
            }
        }
    }

    private func made(
        _ call: Call,
        _ shared: SharedStore,
        _ ids: [RecordID],
        _ progress: Interruption
    ) async throws {
        // The call has the last reference.
        guard let store = shared.store else { return }
        let session = store.session()
        let contact = SObject("Contact", ["LastName": "Sato"])
        let scratch = folder + "/" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        @Sendable func told(_: WorkProgress) { progress.happen() }
        switch call {
        case .create: note(try await session.create([SObject("Contact", ["LastName": "Sato"])]))
        case .load:
            for _ in 0..<4 {
                note(try await session.create(Array(repeating: contact, count: 40)))
            }
        case .update:
            note(try await session.update([SObject("Contact", id: ids[0], ["LastName": "Sato"])]))
        case .upsert:
            let record = SObject("Contact", id: ids[0], ["LastName": "Sato"])
            note(try await session.upsert([record], by: "Id"))
        case .delete: note(try await session.delete([RecordReference(ids[0])]))
        case .undelete: note(try await session.undelete([RecordReference(ids[1])]))
        case .erase: note(try await session.erase([RecordReference(ids[2])], reason: "asked"))
        case .perform:
            let calls = (0..<5).map { _ in
                BatchCall(session: session, .create(Array(repeating: contact, count: 20)))
            }
            for result in try await store.perform(calls) { note(try result.get()) }
        case .purge: _ = try await store.purgeExpired()
        case .define:
            let json =
                #"{"objects": [{"name": "Contact", "fields": ["#
                + #"{"name": "F\#(clock.time.seconds)__c", "type": "boolean"}]}]}"#
            _ = try await store.define(try SchemaFile(json: Array(json.utf8)))
        case .query: _ = try await session.query("SELECT Id, LastName FROM Contact")
        case .queryMore:
            var options = QueryOptions()
            options.batchSize = 200
            let first = try await session.query("SELECT Id FROM Contact", options: options)
            if let locator = first.locator { _ = try await session.queryMore(locator) }
        case .retrieve:
            _ = try await session.retrieve(from: "Contact", ids: [RecordReference(ids[0])])
        case .getUpdated:
            let start = clock.time
            clock.advance(minutes: 3)
            _ = try await session.getUpdated("Contact", from: start, to: clock.time)
        case .getDeleted:
            let start = clock.time
            clock.advance(minutes: 3)
            _ = try await session.getDeleted("Contact", from: start, to: clock.time)
        case .events: _ = try await store.session().events(limit: 10)
        case .differences:
            _ = try await store.session().differences(from: .position(Position(1)), progress: told)
        case .info: _ = try await store.info()
        case .synchronize: try await store.synchronize()
        case .verify: _ = try await store.verify(progress: told)
        case .check:
            _ = try await store.check(scratch: scratch, progress: told)
        case .snapshot: _ = try await store.takeSnapshot(in: scratch, progress: told)
        case .archive: _ = try await store.archive(to: scratch, progress: told)
        case .follow:
            try await store.archive(to: scratch, every: .milliseconds(1)) { _, _ in
                progress.happen()
                withUnsafeCurrentTask { unsafe $0?.cancel() }
            }
        case .replay: _ = try await store.replay(to: scratch, progress: told)
        case .counts: _ = try await store.session().eventCounts(by: .object, progress: told)
        }
    }

    // MARK: Afterwards

    /// Checks that the store, opened again, has everything that calls returned.
    private func lookAfter() async throws {
        let store = try await open()
        let last = try await store.lastPosition()
        let answered = acknowledged.withLock { $0 }
        guard last >= answered else {
            throw Broken(finding: "event \(answered) was acknowledged, and the last one is \(last)")
        }
        store.close()
    }
}
