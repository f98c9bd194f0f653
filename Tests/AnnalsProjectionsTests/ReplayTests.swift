import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsProjections

/// The tables depend only on the log, not on how transactions were grouped, nor on what was tried
/// and aborted between them.
struct `A replay` {
    @Test(arguments: UInt64(0)..<12)
    func `writes the bytes that the calls wrote`(seed: UInt64) throws {
        var history = try RandomHistory(seed: 800 + seed)
        for group in 0..<40 {
            try history.addGroup()
            if group % 11 == 10 { try history.toggleIndex() }
        }

        let (replay, scratch) = try self.replay(history)

        #expect(replay.head == history.head)
        #expect(replay.eventCount == history.eventCount)
        #expect(try differences(history, replay) == [])
        withExtendedLifetime(scratch) {}
    }

    @Test func `tells every kind of difference`() throws {
        var history = try RandomHistory(seed: 900)
        for _ in 0..<20 { try history.addGroup() }
        let (replay, scratch) = try self.replay(history)
        let records = try #require(history.tables.objects[3]?.records)
        let times = try #require(history.tables.objects[3]?.times)
        let first = try firstEntry(of: records, history.environment)
        let stamp = try firstEntry(of: times, history.environment)

        var altered = first.value
        altered[altered.count - 1] ^= 1
        try change(records, in: history) { writer, table throws(StorageError) in
            try writer.put(altered.rawSpan, forKey: first.key.rawSpan, in: table)
        }
        #expect(
            try differences(history, replay)
                == [Corruption("a replay makes another value", table: "records.3", key: first.key)]
        )
        try change(records, in: history) { writer, table throws(StorageError) in
            try writer.put(first.value.rawSpan, forKey: first.key.rawSpan, in: table)
        }

        try change(times, in: history) { writer, table throws(StorageError) in
            try writer.delete(stamp.key.rawSpan, in: table)
        }
        let missing = try differences(history, replay)
        #expect(missing.map(\.table) == ["times.3"])

        try change(times, in: history) { writer, table throws(StorageError) in
            try writer.put(stamp.value.rawSpan, forKey: stamp.key.rawSpan, in: table)
            try writer.put(stamp.value.rawSpan, forKey: [0xFF].rawSpan, in: table)
        }
        #expect(
            try differences(history, replay)
                == [
                    Corruption(
                        "an entry that a replay does not make",
                        table: "times.3",
                        key: [0xFF]
                    )
                ]
        )
        withExtendedLifetime(scratch) {}
    }

    @Test func `stops where the log lacks a transaction`() throws {
        var history = try RandomHistory(seed: 901)
        for _ in 0..<10 { try history.addGroup() }
        let lost: UInt64 = 5
        var key = ByteWriter()
        key.append(lost)
        key.append(UInt16(0))
        let bytes = key.bytes
        try change(history.tables.log.table, in: history) { writer, table throws(StorageError) in
            try writer.delete(bytes.rawSpan, in: table)
        }

        #expect {
            try self.replay(history)
        } throws: { error in
            guard case .damaged(let finding, lost)? = error as? Replay.Failure else { return false }
            return finding == "transaction numbers have a gap"
        }
    }

    /// Digests protect what was written; whether that was correct is for the replay to find.
    @Test func `stops where an event names another as the one before`() throws {
        var history = try RandomHistory(seed: 903)
        for _ in 0..<5 { try history.addGroup() }
        try history.addUpdate(previous: Position(1))

        #expect {
            try self.replay(history)
        } throws: { error in
            guard case .damaged(let finding, _)? = error as? Replay.Failure else { return false }
            return finding.contains("event before")
        }
    }

    @Test func `is stopped by who watches it`() throws {
        let history = try RandomHistory(seed: 902)

        #expect {
            try self.replay(history) { _, _ in false }
        } throws: { error in
            if case .interrupted? = error as? Replay.Failure { true } else { false }
        }
    }

    private func replay(
        _ history: RandomHistory,
        progress: (UInt64, UInt64) -> Bool = { _, _ in true }
    ) throws -> (Replay, Scratch) {
        let scratch = Scratch()
        var replay = try Replay(into: Environment(path: scratch.path, options: .quick))
        try replay.run(from: history.environment, history.tables.log, progress: progress)
        return (replay, scratch)
    }

    private func differences(_ history: RandomHistory, _ replay: Replay) throws -> [Corruption] {
        #expect(history.tables.derived.map(\.name) == replay.tables.derived.map(\.name))
        let mine = try ReadTransaction(in: history.environment)
        let theirs = try ReadTransaction(in: replay.target)
        var found: [Corruption] = []
        for (left, right) in zip(history.tables.derived, replay.tables.derived) {
            let outcome = try TableComparison.compare(left, in: mine, right, in: theirs)
            if case .different(let difference) = outcome { found.append(difference) }
        }
        return found
    }

    private func change(
        _ table: Table,
        in history: RandomHistory,
        _ body: (inout WriteTransaction, Table) throws(StorageError) -> Void
    ) throws {
        var writer = try WriteTransaction(in: history.environment)
        try body(&writer, table)
        try writer.commit()
    }

    private func firstEntry(
        of table: Table,
        _ environment: Environment
    ) throws -> (key: [UInt8], value: [UInt8]) {
        let reader = try ReadTransaction(in: environment)
        var cursor = try reader.cursor(in: table)
        guard let entry = try cursor.next() else { return ([], []) }
        return ([UInt8](copying: entry.key), [UInt8](copying: entry.value))
    }
}
