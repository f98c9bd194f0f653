import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A verification` {
    @Test func `finds nothing in a sound store, in one walk or several`() async throws {
        let store = try await LivedInStore()
        for memoryBytes in [RecordStore.defaultVerifyMemoryBytes, 1] {
            let report = try await RecordStore.verify(at: store.path, memoryBytes: memoryBytes)
            #expect(report.findings.map(\.description) == [])
            #expect(report.isClean)
            #expect(report.tables > 40)
        }
        let check = try await RecordStore.check(at: store.path, scratch: store.scratch("check"))
        let report = try await RecordStore.verify(at: store.path)
        #expect(report.events == check.events && report.transactions == check.transactions)
    }

    @Test func `names every entry that is missing, of any table`() async throws {
        let store = try await LivedInStore()
        var count = 0
        for (table, entries) in try contents(ofStore: store.path) where table != "cursors" {
            // The log's entries are another matter: after a gap nothing can be checked.
            if ["meta", "views", "log", "checkpoints"].contains(table) { continue }
            for (number, key) in entries.keys.enumerated() where number < 3 {
                let copy = store.scratch("without \(table) \(number)")
                try copyStore(at: store.path, to: copy) { $0 == table && $1 == key ? nil : $2 }
                let report = try await RecordStore.verify(at: copy)
                let findings = report.findings
                #expect(!report.isClean, "\(table) \(key)")
                #expect(
                    findings.contains { $0.table == table || $0.record != nil },
                    "\(table): \(findings)"
                )
                count += 1
            }
        }
        #expect(count > 30)
    }

    @Test func `names every value that is another, of any table`() async throws {
        let store = try await LivedInStore()
        for (table, entries) in try contents(ofStore: store.path) {
            guard let (key, value) = entries.first else { continue }
            let copy = store.scratch("altered \(table)")
            try copyStore(at: store.path, to: copy) { name, other, stored in
                guard name == table, other == key else { return stored }
                return value.isEmpty ? [1] : value.dropLast() + [(value.last ?? 0) ^ 0x10]
            }
            let findings: [String]
            do throws(StoreError) {
                findings = try await RecordStore.verify(at: copy).findings.map(\.description)
            } catch {
                // The table that identifies the store.
                findings = [error.description]
            }
            #expect(!findings.isEmpty, "\(table)")
        }
    }

    @Test func `names entries that no event made`() async throws {
        let store = try await LivedInStore()
        let tables = try contents(ofStore: store.path)
        for (table, entries) in tables where table != "log" && table != "meta" {
            // A key similar to the others, but different from all of them.
            guard var key = entries.keys.max(by: { $0.lexicographicallyPrecedes($1) }),
                let value = entries[key]
            else { continue }
            key[key.count - 1] ^= 0x40
            let copy = store.scratch("more \(table)")
            try copyStore(at: store.path, to: copy, added: [(table, key, value)])
            do throws(StoreError) {
                let report = try await RecordStore.verify(at: copy)
                #expect(report.findings.contains { $0.table == table }, "\(table)")
            } catch {
                #expect("\(error)".contains(table))
            }
        }
    }

    @Test func `holds the log against checkpoints, those in the store and others`() async throws {
        let store = try await LivedInStore()
        let trust = CheckpointTrust(checkpoints: [store.checkpoint], key: store.verifierKey)
        await #expect(try RecordStore.verify(at: store.path, against: trust).isClean)
        let stranger = try SigningKey(generating: "example.com/other")
        let report = try await RecordStore.verify(
            at: store.path,
            against: CheckpointTrust(key: stranger.verifierKey)
        )
        #expect(report.findings.map(\.table) == ["checkpoints"])

        // The end of the log is cut off, and what is derived from it is rebuilt.
        for isThorough in [false, true] {
            let cut = store.scratch("cut \(isThorough)")
            let last = store.checkpoint.size
            try copyStore(at: store.path, to: cut) { table, key, value in
                if table == "log", key.suffix(3).first == UInt8(truncatingIfNeeded: last),
                    key.dropLast(3).last == UInt8(truncatingIfNeeded: last >> 8)
                {
                    return nil
                }
                return isThorough && table == "checkpoints" ? nil : value
            }
            _ = try await RecordStore.rebuild(at: cut)
            await #expect(try RecordStore.verify(at: cut).isClean == isThorough)
            let findings = try await RecordStore.verify(at: cut, against: trust).findings
            #expect(findings.last?.finding.contains("lost its end") == true)
        }
    }

    @Test func `stops where it is told to`() async throws {
        let store = try await LivedInStore()
        let path = store.path
        for stage in [WorkProgress.Stage.pages, .log] {
            await #expect(throws: StoreError.interrupted) {
                try await cancelling(when: { (now: WorkProgress) in
                    now.stage == stage && now.share < 1
                }) { progress in
                    try await RecordStore.verify(at: path, progress: progress)
                }
            }
        }
    }
}

struct `A byte of the file that is another` {
    /// Set `ANNALS_TAMPER_COUNT` for a soak test.
    private static let count =
        ProcessInfo.processInfo.environment["ANNALS_TAMPER_COUNT"].flatMap { Int($0) } ?? 600

    @Test func `is found, or means nothing`() async throws {
        let store = try await LivedInStore()
        let whole = try Data(contentsOf: URL(filePath: store.path + "/data.mdb"))
        let expected = try contents(ofStore: store.path)
        let folder = store.scratch("tampered")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = folder + "/data.mdb"
        let seed = testSeed(8)
        var random = SeededRandom(seed: seed)
        var (found, meaningless) = (0, 0)
        for step in 0..<Self.count {
            var bytes = whole
            let place = random.below(bytes.count)
            bytes[place] ^= UInt8(1 + random.below(255))
            try bytes.write(to: URL(filePath: file))
            var isFound = true
            do throws(StoreError) {
                isFound = try await !RecordStore.verify(at: folder).isClean
            } catch {}
            if isFound {
                found += 1
                continue
            }
            meaningless += 1
            #expect(
                try contents(ofStore: folder) == expected,
                "seed \(seed), step \(step): byte \(place) of page \(place / 4096)"
            )
        }
        print("\(Self.count) bytes changed: \(found) found, \(meaningless) without meaning")
        #expect(found > Self.count / 8)
    }
}
