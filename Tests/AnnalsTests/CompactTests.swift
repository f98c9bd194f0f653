import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A compaction` {
    private static let secret = "Jane Q. Secretive"

    private func bytes(_ path: String) throws -> Data {
        try Data(contentsOf: URL(filePath: path + "/data.mdb"))
    }

    private func isThere(_ text: String, in path: String) throws -> Bool {
        try bytes(path).range(of: Data(text.utf8)) != nil
    }

    @Test func `leaves none of what was erased in the file, and all that was not`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let (kept, digest) = try await fill(path)
        #expect(try isThere(Self.secret, in: path))

        let report = try await compact(path)

        #expect(report.bytesAfter < report.bytesBefore)
        #expect(try !isThere(Self.secret, in: path))
        #expect(try isThere("another's words", in: path))
        #expect(try isThere("asked for", in: path))
        let again = try RecordStore(at: path)
        await #expect(try again.info().digest == digest)
        await #expect(try again.verify().findings == [])
        #expect(try await again.session().history(of: kept).count == 1)
        try await again.session().create("ContactRequest", [:])
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        #expect(names == ["data.mdb", "lock.mdb", "writer.lock"])
    }

    /// Erases records in a store, and closes it.
    ///
    /// - Returns: A record that is not erased, and the digest of the log.
    private func fill(_ path: String) async throws -> (RecordID, String) {
        let store = try RecordStore(at: path)
        let session = store.session()
        // In rows and transactions of every size, because LMDB keeps long ones in pages of their
        // own.
        let texts = [1, 40, 200, 700, 1500].map { String(repeating: Self.secret + ", ", count: $0) }
        for text in texts {
            for isTogether in [true, false] {
                let record = SObject("ContactRequest", ["RequestDescription": .text(text)])
                let created = try await session.create([record, record])
                let ids = created.compactMap(\.id)
                try #require(ids.count == 2)
                for number in 0..<2 {
                    let change = SObject(
                        "ContactRequest",
                        id: .id(ids[0]),
                        assignments: [
                            SObject.Assignment("RequestDescription", .text("\(number) \(text)"))
                        ]
                    )
                    _ = try await session.update([change])
                }
                let references = ids.map { RecordReference($0) }
                if isTogether {
                    // Everything in one LMDB transaction.
                    _ = try await store.perform([
                        BatchCall(session: session, .create([record])),
                        BatchCall(session: session, .erase(references, reason: "asked for")),
                    ])
                    let last = try await store.session().events(limit: .max).last {
                        $0.kind == .created
                    }
                    let id = try #require(last?.record)
                    _ = try await session.erase([RecordReference(id)], reason: "asked for")
                } else {
                    _ = try await session.erase(references, reason: "asked for")
                }
            }
        }
        let other = SObject("ContactRequest", ["RequestDescription": "another's words"])
        let kept = try #require(try await session.create([other])[0].id)
        return await (kept, try store.info().digest)
    }

    /// The writer's thread may keep the closed store open for a moment.
    private func compact(_ path: String) async throws -> CompactReport {
        for _ in 0..<200 {
            do throws(StoreError) {
                return try await RecordStore.compact(at: path)
            } catch .storage(.alreadyOpen) {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        return try await RecordStore.compact(at: path)
    }

    @Test func `is refused while anybody has the store open, and leaves nothing when stopped`()
        async throws
    {
        let store = try await LivedInStore()
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        let open = try RecordStore(at: store.path, configuration: configuration)
        await #expect(throws: StoreError.storage(.alreadyOpen(path: store.path))) {
            try await RecordStore.compact(at: store.path)
        }
        await #expect(try open.info().transactions > 0)

        let other = try await LivedInStore()
        let before = try contents(ofStore: other.path)
        let path = other.path
        await #expect(throws: StoreError.interrupted) {
            try await cancelling { try await RecordStore.compact(at: path, progress: $0) }
        }
        #expect(try contents(ofStore: other.path) == before)
        let names = try FileManager.default.contentsOfDirectory(atPath: other.path).sorted()
        #expect(names == ["data.mdb", "lock.mdb", "writer.lock"])
    }
}

@Suite(.serialized)
struct `A process that is killed while it compacts` {
    /// Set `ANNALS_KILL_ROUNDS` for a soak test.
    private static let roundCount =
        ProcessInfo.processInfo.environment["ANNALS_KILL_ROUNDS"].flatMap { Int($0) } ?? 12

    @Test func `leaves the store as it was, or as it is to be`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let record = SObject("ContactRequest", ["RequestDescription": .text("some words")])
        let digest = try await fill(path, with: record)
        // The writer's thread may keep the store open for a moment.
        try await Task.sleep(for: .milliseconds(300))
        var (leftCount, doneCount) = (0, 0)
        let size = try FileManager.default.attributesOfItem(atPath: path + "/data.mdb")[.size]
        for round in 0..<Self.roundCount {
            await #expect(processExitsWith: .signal(SIGKILL), "round \(round)") {
                [path = path as String, round = round as Int] in
                var random = SeededRandom(seed: UInt64(round) &+ testSeed(19))
                let moment = UInt32(random.below(150_000))
                Thread.detachNewThread {
                    usleep(moment)
                    kill(getpid(), SIGKILL)
                }
                try await RecordStore.compact(at: path)
                try await Task.sleep(for: .seconds(60))
            }
            if FileManager.default.fileExists(atPath: path + "/data.mdb.compacted") {
                leftCount += 1
            }
            let now = try FileManager.default.attributesOfItem(atPath: path + "/data.mdb")[.size]
            if now as? Int != size as? Int { doneCount += 1 }
            let report = try await RecordStore.verify(at: path)
            #expect(report.findings == [])
            #expect(report.transactions == 21)
        }
        try await RecordStore.compact(at: path)
        #expect(!FileManager.default.fileExists(atPath: path + "/data.mdb.compacted"))
        let store = try RecordStore(at: path)
        await #expect(try store.info().digest == digest)
        #expect(try await store.session().create([record])[0].isSuccess)
        print("\(Self.roundCount) kills within a compaction: \(leftCount) left a copy")
    }

    private func fill(_ path: String, with record: SObject) async throws -> String {
        let store = try RecordStore(at: path)
        for _ in 0..<20 {
            _ = try await store.session().create(Array(repeating: record, count: 200))
        }
        return try await store.info().digest
    }
}
