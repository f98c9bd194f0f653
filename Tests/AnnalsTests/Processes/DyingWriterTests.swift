import Annals
import AnnalsTestSupport
import Foundation
import Testing

/// A writer that dies after it has written its meta page and before it has announced that in the
/// lock file, while another process has the store open: the file is one transaction ahead of the
/// lock file.
@Suite(.serialized)
struct `After a writer that died at its last step` {
    enum First: String, CaseIterable {
        case create, update, delete, erase, purge, verify, check, snapshot, archive, query, rebuild
    }

    private func killWriter(_ path: String, _ durability: Durability) async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, durability = "\(durability)" as String] in
            var configuration = RecordStore.Configuration()
            configuration.durability = try #require(
                [Durability.everyCommit, .grouped, .journaled, .onDemand].first {
                    "\($0)" == durability
                }
            )
            configuration.clock = {
                // Called in the middle of the transaction.
                dieAtNextWriteToLockFile()
                return SystemClock.now()
            }
            let store = try RecordStore(at: path, configuration: configuration)
            let record = SObject("Contact", ["LastName": "killed"])
            _ = try await store.session().create(Array(repeating: record, count: 30))
            while true { usleep(100_000) }
        }
    }

    @Test(arguments: First.allCases, [Durability.grouped, .journaled])
    func `nothing is told of damage, whatever comes first`(
        _ first: First,
        _ durability: Durability
    ) async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let id = try await {
            let store = try RecordStore(at: path)
            let created = try await store.session().create("Contact", ["LastName": "before"])
            store.close()
            return created
        }()

        try await whileRead(path) {
            try await killWriter(path, durability)
            try await run(first, id, path, scratch)
            await #expect(try RecordStore.verify(at: path).findings == [])
            await #expect(try reader(of: path).check(scratch: scratch("check")).findings == [])
        }

        await #expect(try RecordStore.verify(at: path).findings == [])
        let live = try await reader(of: path).info().objects.first { $0.name == "Contact" }?.live
        let change = first == .create ? 1 : [.delete, .erase].contains(first) ? -1 : 0
        #expect(live == 31 + change)
    }

    private func run(
        _ first: First,
        _ id: RecordID,
        _ path: String,
        _ scratch: Scratch
    ) async throws {
        switch first {
        case .verify: await #expect(try RecordStore.verify(at: path).findings == [])
        case .check:
            await #expect(try RecordStore.check(at: path, scratch: scratch("first")).findings == [])
        case .snapshot: _ = try await reader(of: path).takeSnapshot(in: scratch("snapshots"))
        case .archive: _ = try await reader(of: path).archive(to: scratch("archive"))
        case .query:
            await #expect(
                try reader(of: path).info().objects.first { $0.name == "Contact" }?.live == 31
            )
        case .rebuild:
            await #expect(throws: StoreError.storage(.storeInUse(path: path))) {
                try await RecordStore.rebuild(at: path)
            }
        default:
            let store = try RecordStore(at: path)
            let session = store.session()
            switch first {
            case .create:
                try await session.create("Contact", ["LastName": "next"])
            case .update:
                let result = try await session.update([
                    SObject("Contact", id: id, ["LastName": "other"])
                ])[0]
                #expect(result.isSuccess)
            case .delete: try await session.delete(id)
            case .erase:
                let result = try await session.erase([RecordReference(id)], reason: "asked for")
                #expect(result.map(\.isSuccess) == [true])
            default: _ = try await store.purgeExpired()
            }
            store.close()
        }
    }

    @Test(arguments: [Durability.everyCommit, .grouped, .journaled, .onDemand])
    func `a rebuild is sound, with nobody beside it`(_ durability: Durability) async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        // The dead writer's lock file stays valid as long as anybody has it open.
        try await whileRead(path) { try await killWriter(path, durability) }
        _ = try await RecordStore.rebuild(at: path)
        await #expect(try RecordStore.verify(at: path).findings == [])
    }
}
