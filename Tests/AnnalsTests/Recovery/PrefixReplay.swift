import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsProjections
import AnnalsTestSupport
import Testing

@testable import Annals

/// The tables that the first transactions of a store's log make: the earlier state of the store.
struct PrefixReplay {
    private let scratch = Scratch()
    private var replay: Replay

    /// - Parameter count: The number of transactions; fewer if the log is shorter.
    init(of store: RecordStore, transactions count: UInt64) async throws {
        replay = try Replay(
            into: try Environment(path: scratch.path, options: Self.options),
            keepsLog: true
        )
        try await store.settle()
        let reader = try ReadTransaction(in: store.published.environment)
        let log = store.published.both.1.log
        while replay.head.number < count,
            let next = try log.read(replay.head.number + 1, in: reader)
        {
            try replay.apply([next])
        }
    }

    static var options: Environment.Options {
        var options = Environment.Options()
        options.isUnsynchronized = true
        options.mapSizeBytes = 1 << 30
        return options
    }

    var head: LogHead { replay.head }

    /// Compares the store in a folder with it, both log and derived tables.
    func compare(with path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        var options = Self.options
        options.isReadOnly = true
        let other = try Environment(path: path, options: options)
        let tables = [replay.tables.log.table] + replay.tables.derived
        let twins = try other.existingTables(tables.map(\.name))
        let mine = try ReadTransaction(in: replay.target)
        let theirs = try ReadTransaction(in: other)
        for (table, twin) in zip(tables, twins) {
            let twin = try #require(twin, "\(table.name)", sourceLocation: sourceLocation)
            let outcome = try TableComparison.compare(table, in: mine, twin, in: theirs)
            #expect(outcome == .same, sourceLocation: sourceLocation)
        }
    }
}

extension RecordStore {
    /// The log's head after each transaction, from the beginning.
    func heads() async throws -> [LogHead] {
        try await settle()
        let reader = try ReadTransaction(in: published.environment)
        var check = LogCheck()
        var heads = [check.head]
        while let next = try published.both.1.log.read(check.head.number + 1, in: reader) {
            #expect(check.accept(next) == nil)
            heads.append(check.head)
        }
        return heads
    }
}
