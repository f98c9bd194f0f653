import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport

@testable import AnnalsProjections

/// A log of many small transactions, with its tree.
struct GrownLog {
    let environment: Environment
    private(set) var tables: StoreTables
    private(set) var head = LogHead()
    private(set) var edge = TreeEdge()
    private(set) var leaves: [Digest] = []
    private let scratch = Scratch()

    static let naive = NaiveTree(empty: Digest(of: [UInt8]().rawSpan)) {
        Digest(left: $0, right: $1)
    }

    init(count: Int) throws {
        environment = try Environment(path: scratch.path, options: .quick)
        tables = try Replay(into: environment).tables
        try add(count)
    }

    private func begin() throws -> ProjectionWriter {
        try ProjectionWriter(
            in: environment,
            tables: tables,
            schema: Schema([]),
            lastSerials: LastSerials(),
            edge: edge
        )
    }

    /// Rewinds the tree, but not the log.
    mutating func rewindTree(to size: Int) throws {
        var writer = try begin()
        try writer.rewindTree(to: UInt64(size))
        (_, _, tables, edge) = try writer.commit()
    }

    mutating func add(_ count: Int) throws {
        var writer = try begin()
        for _ in 0..<count {
            let builder = TransactionBuilder(
                number: head.number + 1,
                firstPosition: Position(1),
                epoch: 1,
                time: Timestamp(milliseconds: 1_772_445_600_000),
                actor: .user,
                previousDigest: head.digest,
                origin: "tests",
                idempotencyKey: nil,
                eventCountHint: 0
            )
            let finished = builder.finish()
            head.number += 1
            head.digest = finished.digest
            try writer.append(finished, number: head.number)
            try writer.addLeaf(finished.digest)
            leaves.append(finished.digest)
        }
        (_, _, tables, edge) = try writer.commit()
        head.time = Timestamp(milliseconds: 1_772_445_600_000)
    }
}
