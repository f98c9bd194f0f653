import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsProjections

/// Events have the values before and after a change, so that a rewind can undo what a replay did.
struct `A rewind` {
    @Test(arguments: UInt64(0)..<24)
    func `leaves the store as it was then, table by table`(seed: UInt64) throws {
        var random = SeededRandom(seed: testSeed(1000 + seed))
        var history = try RandomHistory(seed: 1000 + seed)
        for group in 0..<30 {
            try history.addGroup()
            if group % 7 == 6 { try history.toggleIndex() }
        }
        let last = history.head.number
        for _ in 0..<6 {
            let far = 1 + UInt64(random.below(Int(last)))
            // One time in five to the beginning, where nothing is left.
            let near = random.chance(20) ? 0 : UInt64(random.below(Int(far)))

            let (there, thereScratch) = try replay(history, through: far)
            var back = try Rewind(there.target, tables: there.tables, schema: there.schema)
            try back.run(to: near)
            let (expected, expectedScratch) = try replay(history, through: near)

            let found = try differences(expected, back)
            #expect(found == [], "seed \(seed), from \(far) to \(near) of \(last)")
            withExtendedLifetime((thereScratch, expectedScratch)) {}
        }
    }

    /// After a rewind a store continues as if nothing had ever come after.
    @Test(arguments: UInt64(0)..<4)
    func `can be followed by a replay to the end again`(seed: UInt64) throws {
        var history = try RandomHistory(seed: 1100 + seed)
        for group in 0..<30 {
            try history.addGroup()
            if group % 7 == 6 { try history.toggleIndex() }
        }
        let half = history.head.number / 2
        let (expected, expectedScratch) = try replay(history)
        let (there, scratch) = try replay(history)
        var back = try Rewind(there.target, tables: there.tables, schema: there.schema)
        try back.run(to: half)

        var check = LogCheck()
        let reader = try ReadTransaction(in: there.target)
        while let stored = try back.tables.log.read(check.head.number + 1, in: reader) {
            #expect(check.accept(stored) == nil)
        }
        #expect(check.head.number == half)
        var again = Replay(
            continuing: there.target,
            tables: back.tables,
            schema: back.schema,
            serials: try LastSerials(in: there.target, back.tables, back.schema),
            edge: try back.tables.tree.edge(at: check.head, back.tables.log, in: reader),
            check: check
        )
        try again.run(from: history.environment, history.tables.log)

        let found = try differences(expected, again.target, again.tables)
        #expect(found == [])
        withExtendedLifetime((scratch, expectedScratch)) {}
    }

    @Test func `stops where the row is not what the log's last event made`() throws {
        var history = try RandomHistory(seed: 1200)
        for _ in 0..<10 { try history.addGroup() }
        let (there, scratch) = try replay(history)
        let users = try #require(there.tables.objects[1]?.records)
        let other = row(.sample(.live), [:], of: .user)
        var writer = try WriteTransaction(in: there.target)
        try writer.put(other.rawSpan, for48BitKey: RecordKey.user.serial, in: users, isLast: false)
        try writer.commit()
        var back = try Rewind(there.target, tables: there.tables, schema: there.schema)

        #expect(throws: Replay.Failure.self) { try back.run(to: 0) }
        withExtendedLifetime(scratch) {}
    }

    @Test func `is stopped by who watches it`() throws {
        var history = try RandomHistory(seed: 1201)
        for _ in 0..<3 { try history.addGroup() }
        let (there, scratch) = try replay(history)
        var back = try Rewind(there.target, tables: there.tables, schema: there.schema)

        #expect {
            try back.run(to: 0) { _, _ in false }
        } throws: { error in
            if case .interrupted? = error as? Replay.Failure { true } else { false }
        }
        withExtendedLifetime(scratch) {}
    }

    private func replay(
        _ history: RandomHistory,
        through last: UInt64 = .max
    ) throws -> (Replay, Scratch) {
        let scratch = Scratch()
        let environment = try Environment(path: scratch.path, options: .quick)
        var replay = try Replay(into: environment, keepsLog: true)
        if last > 0 {
            try replay.run(from: history.environment, history.tables.log, through: last)
        }
        return (replay, scratch)
    }

    private func differences(_ expected: Replay, _ back: Rewind) throws -> [Corruption] {
        try differences(expected, back.target, back.tables)
    }

    /// Includes the log.
    private func differences(
        _ expected: Replay,
        _ target: Environment,
        _ tables: StoreTables
    ) throws -> [Corruption] {
        #expect(expected.tables.derived.map(\.name) == tables.derived.map(\.name))
        let mine = try ReadTransaction(in: expected.target)
        let theirs = try ReadTransaction(in: target)
        var found: [Corruption] = []
        for (left, right) in zip(
            expected.tables.derived + [expected.tables.log.table],
            tables.derived + [tables.log.table]
        ) {
            let outcome = try TableComparison.compare(left, in: mine, right, in: theirs)
            if case .different(let difference) = outcome { found.append(difference) }
        }
        return found
    }
}
