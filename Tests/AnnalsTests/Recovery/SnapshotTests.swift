import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

struct `A snapshot` {
    @Test func `under full load is the state of one position`() async throws {
        let scratch = Scratch()
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        try RecordStore.create(at: scratch("store"), configuration: configuration)
        let store = try RecordStore(at: scratch("store"), configuration: configuration)
        let text = String(repeating: "call me back ", count: 20)
        let record = SObject("ContactRequest", ["RequestDescription": .text(text)])
        let writers = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        while !Task.isCancelled {
                            let results = try await store.session()
                                .create(Array(repeating: record, count: 50))
                            let ids = results.prefix(10).compactMap(\.id)
                            _ = try await store.session().delete(ids.map { RecordReference($0) })
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        var snapshots: [StoreSnapshot] = []
        for _ in 0..<6 {
            let before = snapshots.last?.manifest.transactions ?? 1
            while try await store.info().transactions < before + 3 {
                try await Task.sleep(for: .milliseconds(5))
            }
            await snapshots.append(try store.takeSnapshot(in: scratch("snapshots")))
        }
        writers.cancel()
        _ = try? await writers.value

        #expect(Set(snapshots).count == snapshots.count)
        #expect(try StoreSnapshot.list(in: scratch("snapshots")).snapshots == snapshots)
        let heads = try await store.heads()
        for snapshot in snapshots {
            #expect(snapshot.manifest.head == heads[Int(snapshot.manifest.transactions)])
            await #expect(try snapshot.verify(scratch: scratch("verify")).findings == [])
            let replay = try await PrefixReplay(
                of: store,
                transactions: snapshot.manifest.transactions
            )
            try replay.compare(with: snapshot.path)
        }
    }

    @Test func `of a store that was not written to since is the one that is there`() async throws {
        let test = try TestStore()
        let first = try await test.store.takeSnapshot(in: test.scratch("snapshots"))
        test.clock.advance(days: 1)

        await #expect(try test.store.takeSnapshot(in: test.scratch("snapshots")) == first)
        try await test.session.create("ContactRequest", [:])
        let second = try await test.store.takeSnapshot(in: test.scratch("snapshots"))
        #expect(
            try StoreSnapshot.list(in: test.scratch("snapshots")).snapshots == [first, second]
        )
    }

    /// Otherwise every night would report success, and nobody would have a snapshot.
    @Test(arguments: ["cut", "longer", "changed", "missing"])
    func `is taken again where the one that is there is damaged`(damage: String) async throws {
        let test = try TestStore()
        let first = try await test.store.takeSnapshot(in: test.scratch("snapshots"))
        let file = URL(filePath: first.path + "/data.mdb")
        var data = try Data(contentsOf: file)
        switch damage {
        case "cut": data.removeLast(4096)
        case "longer": data.append(0)
        case "changed": data[data.count / 2] ^= 1
        default: break
        }
        try data.write(to: file)
        if damage == "missing" { try FileManager.default.removeItem(at: file) }
        await #expect(throws: StoreError.self) {
            try await first.verify(scratch: test.scratch("first"))
        }

        let second = try await test.store.takeSnapshot(in: test.scratch("snapshots"))
        #expect(second.path == first.path)
        await #expect(try second.verify(scratch: test.scratch("second")).findings == [])
        #expect(try StoreSnapshot.list(in: test.scratch("snapshots")).snapshots == [second])
    }

    @Test func `is read, and not written to`() async throws {
        let test = try TestStore()
        try await test.session.create("Contact", ["LastName": "Ng"])
        let snapshot = try await test.store.takeSnapshot(in: test.scratch("snapshots"))
        let path = snapshot.path
        let refused = StoreError.storage(.snapshot(path: path))
        #expect(throws: refused) { try RecordStore(at: path) }
        await #expect(throws: refused) { try await RecordStore.compact(at: path) }
        await #expect(throws: refused) { try await RecordStore.rebuild(at: path) }
        let store = try reader(of: path)
        #expect(try await store.session().query("SELECT COUNT() FROM Contact").totalSize == 1)
        await #expect(throws: StoreError.readOnly) {
            _ = try await store.session().create("Contact", ["LastName": "Ng"])
        }
        store.close()
        await #expect(try snapshot.verify(scratch: test.scratch("verify")).findings == [])
    }

    @Test func `is taken by a process that only reads`() async throws {
        let test = try TestStore()
        try await test.session.create("ContactRequest", [:])
        let path = test.scratch("store")
        let (snapshots, scratch) = (test.scratch("snapshots"), test.scratch("verify"))

        await #expect(processExitsWith: .success) {
            [path = path as String, snapshots = snapshots as String] in
            var configuration = RecordStore.Configuration()
            configuration.isReadOnly = true
            let store = try RecordStore(at: path, configuration: configuration)
            try await store.takeSnapshot(in: snapshots)
        }
        let snapshot = try #require(try StoreSnapshot.list(in: snapshots).snapshots.last)
        await #expect(snapshot.manifest.head == (try test.store.heads().last))
        await #expect(try snapshot.verify(scratch: scratch).findings == [])
    }

    @Test func `that is stopped leaves nothing`() async throws {
        let test = try TestStore()
        for _ in 0..<20 {
            let record = SObject(
                "ContactRequest",
                ["RequestDescription": .text(String(repeating: "long ", count: 2000))]
            )
            _ = try await test.session.create(Array(repeating: record, count: 200))
        }
        let folder = test.scratch("snapshots")

        let store = test.store
        await #expect(throws: StoreError.interrupted) {
            try await cancelling(when: { (now: WorkProgress) in now.share >= 0.1 }) {
                try await store.takeSnapshot(in: folder, progress: $0)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        await #expect(
            try test.store.takeSnapshot(in: folder).manifest.head == test.store.heads().last
        )
    }

    @Test func `goes into no folder of another store's`() async throws {
        let (test, other) = (try TestStore(), try TestStore())
        let folder = test.scratch("snapshots")
        try await test.store.takeSnapshot(in: folder)

        await #expect(
            throws: StoreError.recovery(
                .foreignStore(
                    path: folder,
                    expected: other.store.storeID,
                    found: test.store.storeID
                )
            )
        ) { try await other.store.takeSnapshot(in: folder) }
    }

    @Test func `with any byte of its file changed is refused`() async throws {
        let test = try TestStore()
        for _ in 0..<5 { try await test.session.create("ContactRequest", [:]) }
        let snapshot = try await test.store.takeSnapshot(in: test.scratch("snapshots"))
        let url = URL(fileURLWithPath: snapshot.path + "/data.mdb")
        let whole = try Data(contentsOf: url)
        var random = SeededRandom(seed: testSeed(3300))
        for round in 0..<1000 {
            var altered = whole
            // LMDB trusts the first two pages without checking them.
            let offset = random.below(round % 4 == 0 ? 8192 : whole.count)
            altered[offset] ^= UInt8(1 + random.below(255))
            try altered.write(to: url)
            let damage = StoreError.recovery(
                .damaged(
                    file: url.path,
                    finding: "it does not have the digest of its manifest"
                )
            )
            await #expect(throws: damage, "byte \(offset)") {
                if round % 10 == 0 {
                    _ = try await RecordStore.restore(
                        to: test.scratch("restored"),
                        snapshots: snapshot.path
                    )
                } else {
                    _ = try await snapshot.verify(scratch: test.scratch("verify"))
                }
            }
        }
    }

    /// Whoever forges a manifest for a changed file is found out by the replay.
    @Test func `whose manifest was made to fit a changed file is found out by its log`()
        async throws
    {
        let test = try TestStore()
        try await test.session.create(
            "ContactRequest",
            ["PreferredPhone": "+1 555 0100"]
        )
        let snapshot = try await test.store.takeSnapshot(in: test.scratch("snapshots"))
        let url = URL(fileURLWithPath: snapshot.path + "/data.mdb")
        let whole = [UInt8](try Data(contentsOf: url))
        let phone = Array("+1 555 0100".utf8)
        let places = whole.indices.filter { whole[$0...].starts(with: phone) }
        // The event, the row, and perhaps an index.
        #expect(places.count >= 2)
        for place in places {
            var altered = whole
            altered[place + 10] ^= 1
            try Data(altered).write(to: url)
            let manifest = SnapshotManifest(
                storeID: snapshot.manifest.storeID,
                storeFormat: snapshot.manifest.storeFormat,
                head: snapshot.manifest.head,
                nextEpoch: snapshot.manifest.nextEpoch,
                root: try #require(Digest(hexadecimal: snapshot.manifest.root)),
                fileBytes: snapshot.manifest.fileBytes,
                fileDigest: Digest(of: altered.rawSpan),
                taken: snapshot.manifest.taken
            )
            try Data(manifest.bytes).write(
                to: URL(fileURLWithPath: snapshot.path + "/manifest.json")
            )
            let forged = try StoreSnapshot(reading: snapshot.path)
            let findings: [String]
            do throws(StoreError) {
                findings = try await forged.verify(scratch: test.scratch("verify")).findings
            } catch {
                findings = [error.description]
            }
            #expect(findings != [])
        }
    }
}
