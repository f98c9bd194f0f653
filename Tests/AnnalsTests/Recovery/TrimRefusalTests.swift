import AnnalsArchive
import AnnalsTestSupport
import Foundation
import Testing

@testable import Annals

struct `Transactions leave a log` {
    /// A closed store of 303 transactions.
    private func makeStore(_ path: String, archive: String?) async throws {
        try RecordStore.create(at: path)
        try await add(to: path, archive: archive)
        try waitUntilClosed(path)
    }

    private func add(to path: String, archive: String?) async throws {
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        let store = try RecordStore(at: path, configuration: configuration)
        for number in 0..<300 {
            try await store.session().create(
                "Contact",
                ["LastName": .text("Ng \(number)")]
            )
        }
        if let archive { try await store.archive(to: archive) }
    }

    private func trim(_ path: String, _ archive: String) async throws -> TrimReport {
        try await RecordStore.trim(
            at: path,
            through: .time(SystemClock.now()),
            archive: archive
        )
    }

    @Test func `only for an archive that holds them as they are`() async throws {
        let scratch = Scratch()
        let (path, archive) = (scratch("store"), scratch("archive"))
        try await makeStore(path, archive: archive)
        try await makeStore(scratch("other"), archive: scratch("other archive"))
        let before = try storeContents(at: path)
        func refuses(_ archive: String, saying words: String = "") async throws {
            let failure = await #expect(throws: StoreError.self) { try await trim(path, archive) }
            guard case .storage(.unsuitableArchive(_, let finding))? = failure else {
                Issue.record("\(failure.map { "\($0)" } ?? "accepted")")
                return
            }
            #expect(!finding.isEmpty && (words.isEmpty || finding.contains(words)))
            #expect(try storeContents(at: path) == before)
        }
        try await refuses(scratch("none"))
        try await refuses(scratch("other archive"), saying: "belongs to the store")

        let segment = try #require(try Archive(reading: archive).segments.first)
        let bytes = try Data(contentsOf: URL(filePath: segment.path))
        for offset in stride(from: 9, to: bytes.count, by: bytes.count / 25) {
            var damaged = bytes
            damaged[offset] ^= 0x10
            try damaged.write(to: URL(filePath: segment.path))
            try await refuses(archive)
        }
        try FileManager.default.removeItem(atPath: segment.path)
        try await refuses(archive)
        try bytes.write(to: URL(filePath: segment.path))
        // As a run leaves it that is killed while it removes erased values.
        let mark = archive + "/.annals-erasing"
        try Data().write(to: URL(filePath: mark))
        try await refuses(archive, saying: "run annals archive")
        try await RecordStore(at: path).archive(to: archive)
        try waitUntilClosed(path)
        #expect(!FileManager.default.fileExists(atPath: mark))
        await #expect(try trim(path, archive).archived == 256)
    }

    @Test func `not for an archive of a copy that went its own way`() async throws {
        let scratch = Scratch()
        let (path, copy, archive) = (scratch("store"), scratch("copy"), scratch("archive"))
        try RecordStore.create(at: path)
        try waitUntilClosed(path)
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        for (path, archive) in [(path, nil), (copy, archive)] {
            try await add(to: path, archive: archive)
            try waitUntilClosed(path)
        }
        let before = try storeContents(at: path)
        let failure = await #expect(throws: StoreError.self) { try await trim(path, archive) }
        guard case .storage(.unsuitableArchive(_, let finding))? = failure else {
            Issue.record("\(failure.map { "\($0)" } ?? "accepted")")
            return
        }
        #expect(finding.contains("is not as in the store"))
        #expect(try storeContents(at: path) == before)
    }

    @Test func `only of a store that nobody has open, and not when it is interrupted`()
        async throws
    {
        let scratch = Scratch()
        let (path, archive) = (scratch("store"), scratch("archive"))
        try await makeStore(path, archive: archive)
        let before = try storeContents(at: path)
        await #expect(throws: StoreError.interrupted) {
            try await cancelling { [path = path as String, archive = archive as String] progress in
                try await RecordStore.trim(
                    at: path,
                    through: .time(SystemClock.now()),
                    archive: archive,
                    progress: progress
                )
            }
        }
        #expect(try storeContents(at: path) == before)
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        let open = try RecordStore(at: path, configuration: configuration)
        await #expect(throws: StoreError.storage(.alreadyOpen(path: path))) {
            try await trim(path, archive)
        }
        await #expect(try open.info().archivedTransactions == 0)
    }

    @Test func `and a store is not opened with an archive that is not its own`() async throws {
        let scratch = Scratch()
        let (path, archive) = (scratch("store"), scratch("archive"))
        try await makeStore(path, archive: archive)
        try await makeStore(scratch("other"), archive: scratch("other archive"))
        _ = try await trim(path, archive)
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        for wrong in [scratch("other archive"), scratch("none")] {
            configuration.archive = wrong
            let failure = #expect(throws: StoreError.self) {
                try RecordStore(at: path, configuration: configuration)
            }
            guard case .storage(.unsuitableArchive)? = failure else {
                Issue.record("\(failure.map { "\($0)" } ?? "accepted")")
                continue
            }
        }
        configuration.archive = archive
        await #expect(try RecordStore(at: path, configuration: configuration).verify().isClean)
    }
}

@Suite(.serialized)
struct `A process that is killed while transactions leave a log` {
    /// Set `ANNALS_KILL_ROUNDS` for a soak test.
    private static let roundCount =
        ProcessInfo.processInfo.environment["ANNALS_KILL_ROUNDS"].flatMap { Int($0) } ?? 8

    @Test func `leaves a store that is whole with its archive`() async throws {
        let scratch = Scratch()
        let (whole, archive) = (scratch("whole"), scratch("archive"))
        let digest = try await fill(whole, archive)
        try waitUntilClosed(whole)
        var (noneCount, allCount) = (0, 0)
        for round in 0..<Self.roundCount {
            let path = scratch("store \(round)")
            try FileManager.default.copyItem(atPath: whole, toPath: path)
            await #expect(processExitsWith: .signal(SIGKILL), "round \(round)") {
                [path = path as String, archive = archive as String, round = round as Int] in
                var random = SeededRandom(seed: UInt64(round) &+ testSeed(29))
                let moment = UInt32(random.below(110_000))
                try await RecordStore.trim(
                    at: path,
                    through: .time(SystemClock.now()),
                    archive: archive
                ) { progress in
                    // All transactions were found in the archive: now they are removed.
                    if progress.done == progress.total {
                        Thread.detachNewThread {
                            usleep(moment)
                            kill(getpid(), SIGKILL)
                        }
                    }
                }
                try await Task.sleep(for: .seconds(60))
            }
            var configuration = RecordStore.Configuration()
            configuration.archive = archive
            let report = try await RecordStore.verify(at: path, configuration: configuration)
            #expect(report.findings == [])
            #expect(report.transactions == 602)
            let archived = try await RecordStore.verify(at: path).unreadTransactions
            if archived == 0 { noneCount += 1 }
            if archived == 512 { allCount += 1 }
            let again = try await RecordStore.trim(
                at: path,
                through: .time(SystemClock.now()),
                archive: archive
            )
            #expect(again.archived == 512)
            await #expect(try info(path).digest == digest)
            try FileManager.default.removeItem(atPath: path)
        }
        print(
            "\(Self.roundCount) kills while transactions left: \(noneCount) before any had, "
                + "\(allCount) after all had"
        )
    }

    private func info(_ path: String) async throws -> StoreInfo {
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        return try await RecordStore(at: path, configuration: configuration).info()
    }

    private func fill(_ path: String, _ archive: String) async throws -> String {
        try RecordStore.create(at: path)
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        let store = try RecordStore(at: path, configuration: configuration)
        let words = String(repeating: "some words ", count: 250)
        for number in 0..<601 {
            let record = SObject(
                "ContactRequest",
                ["RequestDescription": .text("\(number) \(words)")]
            )
            let results = try await store.session().create(Array(repeating: record, count: 3))
            #expect(results.allSatisfy { $0.isSuccess })
        }
        try await store.archive(to: archive)
        return try await store.info().digest
    }
}
