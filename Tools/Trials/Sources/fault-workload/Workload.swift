import Annals
import Foundation

/// What is done while the system refuses something.
enum Scenario: String, CaseIterable {
    case prepare, create, calls, read, snapshot, archive, restore, compact, trim, rebuild, prune
    case verify, checkpoint, journal, leave, recover, takeover, load
}

/// Stores, snapshots, an archive and a key below one folder.
struct Workload {
    let root: String

    var store: String { root + "/store" }
    /// A store whose process was killed, so that it has a journal.
    var left: String { root + "/left" }
    var snapshots: String { root + "/snapshots" }
    var archive: String { root + "/archive" }

    func run(_ scenario: Scenario) async {
        switch scenario {
        case .prepare: await prepare()
        case .create: await create()
        case .calls: await calls(of: store)
        case .read: await read()
        case .snapshot: await withStore { await snapshot($0) }
        case .archive: await withStore { await archive($0) }
        case .restore: await restore()
        case .compact:
            if await attempt(
                "compact",
                { () async throws(StoreError) in try await RecordStore.compact(at: store) }
            )
                != nil
            {
                tell("did compact")
            }
        case .trim: await trim()
        case .rebuild:
            if await attempt(
                "rebuild",
                { () async throws(StoreError) in try await RecordStore.rebuild(at: store) }
            )
                != nil
            {
                tell("did rebuild")
            }
        case .prune: await prune()
        case .verify: await verify()
        case .checkpoint: await checkpoint()
        case .journal: await calls(of: store, .journaled)
        case .takeover: await calls(of: left, .journaled)
        // Large enough for the journal that is not synced.
        case .load: await calls(of: store, .onDemand, size: 24)
        case .leave: await leave()
        case .recover:
            guard let store = open(at: left, isReadOnly: true) else { return }
            let last = await attempt("position") { () async throws(StoreError) in
                try await store.lastPosition()
            }
            if let last { tell("did left \(last)") }
        }
    }

    /// Makes what every scenario except `create` begins with.
    private func prepare() async {
        await create(at: store)
        guard let store = open() else { return }
        await work(store, rounds: 24)
        await snapshot(store)
        await archive(store)
        await work(store, rounds: 12)
        await snapshot(store)
        await archive(store)
        await work(store, rounds: 6)
        store.close()
    }

    private func create() async { await create(at: root + "/made") }

    private func create(at path: String) async {
        let made: Void? = await attempt("create") { () async throws(StoreError) in
            try RecordStore.create(at: path)
        }
        if made != nil { tell("did create \(URL(fileURLWithPath: path).lastPathComponent)") }
    }

    /// Opens the store; the previous one may still be closing.
    func open(
        at path: String? = nil,
        isReadOnly: Bool = false,
        _ durability: Durability = .grouped
    ) -> RecordStore? {
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = isReadOnly
        configuration.durability = durability
        for _ in 0..<200 {
            do throws(StoreError) {
                let store = try RecordStore(at: path ?? self.store, configuration: configuration)
                tell("opened")
                return store
            } catch .storage(.alreadyOpen), .storage(.lockedByAnotherProcess) {
                usleep(5000)
            } catch {
                tell("refused open: \(error)")
                return nil
            }
        }
        tell("refused open: it is still open")
        return nil
    }

    private func withStore(_ body: (RecordStore) async -> Void) async {
        guard let store = open() else { return }
        await body(store)
        store.close()
    }

    /// Makes durable calls, reopens the store, and makes calls again.
    private func calls(
        of path: String,
        _ durability: Durability = .grouped,
        size: Int = 3
    ) async {
        for rounds in [8, 4] {
            guard let store = open(at: path, durability) else { continue }
            await work(
                store,
                rounds: rounds,
                size: size,
                URL(fileURLWithPath: path).lastPathComponent
            )
            // Whatever happened to the writer, reading still works.
            do throws(StoreError) {
                tell("events \(try await store.session().events(limit: .max).count)")
            } catch {
                tell("refused events: \(error)")
            }
            store.close()
        }
    }

    /// Makes calls with a journal until it is killed: LMDB does not have all of them.
    private func leave() async {
        await create(at: left)
        guard let store = open(at: left, .journaled) else { return }
        await work(store, rounds: 7, "left")
        kill(getpid(), SIGKILL)
    }

    private func snapshot(_ store: RecordStore) async {
        let taken = await attempt("snapshot") { () async throws(StoreError) in
            try await store.takeSnapshot(in: snapshots)
        }
        if let taken { tell("did snapshot \(URL(fileURLWithPath: taken.path).lastPathComponent)") }
    }

    private func archive(_ store: RecordStore) async {
        let archived = await attempt("archive") { () async throws(StoreError) in
            try await store.archive(to: archive)
        }
        if let archived { tell("did archive \(archived.transactions?.upperBound ?? 0)") }
    }

    private func restore() async {
        for (name, snapshots) in [("replayed", nil), ("restored", self.snapshots)] {
            let restored = await attempt("restore") { () async throws(StoreError) in
                try await RecordStore.restore(
                    to: root + "/" + name,
                    snapshots: snapshots,
                    archive: archive
                )
            }
            if let restored { tell("did restore \(name) \(restored.lastPosition)") }
        }
    }

    private func trim() async {
        let trimmed = await attempt("trim") { () async throws(StoreError) in
            try await RecordStore.trim(
                at: store,
                through: .position(Position(12)),
                archive: archive
            )
        }
        if trimmed != nil { tell("did trim") }
    }

    private func prune() async {
        let pruned = await attempt("prune") { () async throws(StoreError) in
            try StoreSnapshot.prune(
                in: snapshots,
                archive: archive,
                retention: Retention(count: 1, days: 0)
            )
        }
        if pruned != nil { tell("did prune") }
    }

    private func verify() async {
        let report = await attempt("verify") { () async throws(StoreError) in
            try await RecordStore.verify(at: store)
        }
        if let report { tell("did verify \(report.isClean) \(report.findings)") }
        // If removing is refused as well, the caller has to remove what a check leaves.
        let scratch = root + "/scratch-\(ProcessInfo.processInfo.processIdentifier)"
        let check = await attempt("check") { () async throws(StoreError) in
            try await RecordStore.check(at: store, scratch: scratch)
        }
        if let check { tell("did check \(check.isClean)") }
    }

    private func checkpoint() async {
        guard let key = try? SigningKey(generating: "faults") else { return }
        let saved: Void? = await attempt("key") { () async throws(StoreError) in
            try key.save(to: root + "/key")
        }
        if saved != nil { tell("did key") }
        guard let store = open() else { return }
        do throws(StoreError) {
            _ = try await store.checkpoint(signedWith: key)
            tell("did checkpoint")
        } catch {
            tell("refused checkpoint: \(error)")
        }
        store.close()
    }
}
