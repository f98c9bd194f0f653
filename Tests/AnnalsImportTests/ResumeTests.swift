import Annals
import AnnalsImport
import AnnalsTestSupport
import Foundation
import Testing

/// Rows of every kind, good and bad, for a few records.
private func randomRows(_ count: Int, seed: Int) -> String {
    var random = SeededRandom(seed: testSeed(UInt64(seed)))
    var minute = 0
    var text = ""
    for _ in 0..<count {
        if random.chance(60) { minute += random.below(3) }
        // Sometimes earlier than the row before, and therefore rejected if that one was imported.
        let time = Timestamp("2026-01-05T00:00:00Z")!
            .advanced(byMilliseconds: Int64(minute - (random.chance(3) ? 1 : 0)) * 60_000)
        var members = ["\"number\":\"\(random.chance(50) ? "R" : "r")\(random.below(12))\""]
        members.append("\"at\":\"\(random.chance(2) ? "noon" : time.precise)\"")
        let operations = ["create", "update", "upsert", "upsert", "delete", "undelete", "merge"]
        let operation = random.below(random.chance(10) ? 7 : 6)
        members.append("\"op\":\"\(operations[operation])\"")
        if random.chance(80) { members.append("\"by\":\"u\(random.below(9))\"") }
        if random.chance(40) { members.append("\"status\":\"s\(random.below(3))\"") }
        if random.chance(20) { members.append("\"phone\":null") }
        if random.chance(20) { members.append("\"callback\":\(random.chance(90) ? "true" : "5")") }
        if random.chance(30) { members.append("\"owner\":\"u\(random.below(9))\"") }
        if random.chance(30) { members.append("\"queue\":\"q\(random.below(4))\"") }
        // An address without an @ is rejected.
        if random.chance(30) {
            members.append("\"email\":\"c\(random.below(9))\(random.chance(90) ? "@x.y" : "")\"")
        }
        text += "{\(members.joined(separator: ","))\(random.chance(98) ? "}" : "")\n"
    }
    return text
}

extension ImportStore {
    /// Imports until all is done, with stops after a few batches each.
    fileprivate func importingWithStops(
        _ rows: String,
        mapping: String,
        _ random: inout SeededRandom
    ) async throws -> Int {
        var stops = 0
        while true {
            var options = rejectOptions()
            options.batchRowCountMax = 1 + random.below(40)
            let count = random.below(4)
            let task = Task { [options] in
                var left = count
                return try await importing(rows, mapping: mapping, options: options) { _ in
                    left -= 1
                    if left < 0 { withUnsafeCurrentTask { unsafe $0?.cancel() } }
                }
            }
            do throws {
                let summary = try await task.value
                #expect(summary.skipped <= summary.rows)
                return stops
            } catch ImportError.interrupted {
                stops += 1
            }
        }
    }
}

struct `An import that was stopped` {
    @Test(arguments: 0..<16)
    func `and is run again ends in the same history`(seed: Int) async throws {
        let rows = randomRows(300, seed: seed)
        let mapping =
            seed % 2 == 0
            ? ImportStore.mapping
            : ImportStore.mapping.replacing("\"key\"", with: "\"sort\": true, \"key\"")
        let whole = try ImportStore()
        let summary = try await whole.importing(
            rows,
            mapping: mapping,
            options: whole.rejectOptions()
        )
        let parts = try ImportStore()
        var random = SeededRandom(seed: UInt64(seed))
        let stops = try await parts.importingWithStops(rows, mapping: mapping, &random)

        #expect(stops > 0)
        #expect(summary.rejected > 0 && summary.deleted > 0 && summary.undeleted > 0)
        // All positions, transactions, times, actors, keys and changes.
        #expect(try await parts.history() == whole.history())
        #expect(try parts.rejects() == whole.rejects())
        let transactions = try await whole.looking { try await $0.info().transactions }
        #expect(try await parts.looking { try await $0.info().transactions } == transactions)
        #expect(
            try await whole.looking {
                try await $0.check(scratch: whole.scratch("check")).findings
            } == []
        )
    }

    @Test func `does nothing when it is whole and run again`() async throws {
        let rows = randomRows(200, seed: 99)
        let store = try ImportStore()
        _ = try await store.importing(rows, options: store.rejectOptions())
        let events = try await store.events()
        let rejects = try store.rejects()
        let again = try await store.importing(rows, options: store.rejectOptions())

        #expect(again.created + again.updated + again.deleted + again.undeleted == 0)
        #expect(again.referencesCreated == [:])
        #expect(try await store.events() == events)
        #expect(try store.rejects() == rejects)
    }

    @Test func `tells refused rows that it had no time to tell`() async throws {
        let rows = randomRows(120, seed: 7)
        let store = try ImportStore()
        _ = try await store.importing(rows, options: store.rejectOptions())
        let events = try await store.events()
        let rejects = try store.rejects()
        // What a run leaves when it is killed between a commit and its report, in the middle of a
        // line.
        let path = store.scratch("rejects.jsonl")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try bytes.prefix(bytes.count / 3).write(to: URL(fileURLWithPath: path))
        _ = try await store.importing(rows, options: store.rejectOptions())

        let told = try store.rejects()
        #expect(told.map(\.line) == rejects.map(\.line))
        // A rejected row leaves no trace in the log: the reason is found again, if it still
        // applies.
        #expect(zip(told, rejects).count { $0 == $1 } > told.count / 2)
        #expect(try await store.events() == events)
    }

    @Test func `by a kill goes on where it was`() async throws {
        let rows = randomRows(400, seed: 5)
        let whole = try ImportStore()
        _ = try await whole.importing(rows, options: whole.rejectOptions())
        let killed = try ImportStore()
        let folder = killed.scratch.path
        _ = try killed.write(rows, to: "rows.jsonl")
        _ = try killed.write(ImportStore.mapping, to: "mapping.json")
        for batches in [1, 3, 6] {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [folder = folder as String, batches = batches as Int] in
                try await importAndDie(in: folder, after: batches)
            }
        }
        _ = try await killed.importing(rows, options: killed.rejectOptions())

        #expect(try await killed.history() == whole.history())
        #expect(try killed.rejects() == whole.rejects())
    }
}

/// Imports in the folder of an ``ImportStore``, until the process is killed.
private func importAndDie(in folder: String, after batches: Int) async throws {
    var configuration = RecordStore.Configuration()
    configuration.durability = .onDemand
    let store = try RecordStore(at: folder + "/store", configuration: configuration)
    var options = ImportOptions(rejectsPath: folder + "/rejects.jsonl")
    options.batchRowCountMax = 20
    let mapping = try Data(contentsOf: URL(fileURLWithPath: folder + "/mapping.json"))
    let importer = Importer(
        store: store,
        session: store.session(),
        mapping: try ImportMapping(json: Array(mapping)),
        source: try ImportSource(path: folder + "/rows.jsonl"),
        options: options
    )
    var left = batches
    _ = try await importer.run { _ in
        left -= 1
        if left == 0 { kill(getpid(), SIGKILL) }
    }
}
