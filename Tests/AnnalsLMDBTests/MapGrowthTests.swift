import AnnalsBytes
import AnnalsTestSupport
import Foundation
import Synchronization
import Testing

@testable import AnnalsLMDB

struct `A map` {
    /// Every transaction replaces all values of a table by the same new one, so that a reader who
    /// sees two different values has seen two states.
    @Test func `grows while readers read and a writer writes`() async throws {
        let storage = try Storage(mapSizeBytes: 1 << 20)
        let (environment, table) = (storage.environment, storage.table)
        let log = try environment.makeTable("log")
        try replace(table, with: 0, in: environment)
        let progress = Progress()

        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await read(table, in: environment, until: progress)
                }
            }
            group.addTask {
                defer { progress.isDone.store(true, ordering: .relaxed) }
                for round in UInt32(1)...300 {
                    try environment.makeRoom(forBytes: 1 << 20)
                    try replace(table, with: round, in: environment)
                    try append(200_000, number: round, to: log, in: environment)
                }
            }
            try await group.waitForAll()
        }

        #expect(environment.map.sizeBytes >= 60 << 20)
        #expect(try environment.entries(of: log).count == 300)
        #expect(progress.readCount.load(ordering: .relaxed) > 0)
    }

    @Test func `that another process let grow is adopted by readers and writers`() async throws {
        let storage = try Storage(mapSizeBytes: 1 << 20)
        let (environment, table) = (storage.environment, storage.table)
        for round in UInt8(1)...3 {
            await #expect(processExitsWith: .success) {
                [path = storage.scratch.path as String, round = round as UInt8] in
                let megabytes = 4 << Int(round)
                let environment = try Environment(
                    path: path,
                    options: .quick(mapSizeBytes: megabytes << 20)
                )
                let table = try #require(try environment.existingTables(["table"])[0])
                let value = [UInt8](repeating: round, count: (megabytes / 2) << 20)
                try environment.put([[round]: value], in: table)
            }

            if round == 2 {
                // In this round a writer is the first to notice.
                try environment.put([[0]: [1]], in: table)
            }
            let count = try environment.value(of: [round], in: table)?.count
            #expect(count == (2 << Int(round)) << 20)
            #expect(environment.map.sizeBytes >= environment.map.usedBytes)
        }
    }

    @Test func `that is full refuses, and takes the same work when it has grown`() throws {
        let storage = try Storage(mapSizeBytes: 1 << 20)
        let big = [UInt8](repeating: 1, count: 4 << 20)

        #expect(throws: StorageError.mapFull) {
            try storage.environment.put([[1]: big], in: storage.table)
        }
        #expect(try storage.environment.entries(of: storage.table).isEmpty)

        try storage.environment.makeRoom(forBytes: 8 << 20)
        try storage.environment.put([[1]: big], in: storage.table)
        #expect(try storage.environment.value(of: [1], in: storage.table) == big)
    }

    @Test func `is not made smaller, and no larger than asked`() throws {
        let storage = try Storage(mapSizeBytes: 8 << 20)

        try storage.environment.makeRoom(forBytes: 1)
        #expect(storage.environment.map.sizeBytes == 8 << 20)

        try storage.environment.makeRoom(forBytes: 8 << 20)
        #expect(storage.environment.map.sizeBytes == 16 << 20)
    }
}

private final class Progress: Sendable {
    let isDone = Atomic(false)
    let readCount = Atomic(0)
}

private let replacedCount = 64

private func read(
    _ table: Table,
    in environment: Environment,
    until progress: Progress
) async throws {
    while !progress.isDone.load(ordering: .relaxed) {
        #expect(try distinctValues(of: table, in: environment) == 1)
        progress.readCount.wrappingAdd(1, ordering: .relaxed)
        await Task.yield()
    }
}

private func replace(
    _ table: Table,
    with number: UInt32,
    in environment: Environment
) throws(StorageError) {
    var writer = try WriteTransaction(in: environment)
    var value = ByteWriter()
    value.append(number)
    value.appendZeros(500)
    for key in UInt8(0)..<UInt8(replacedCount) {
        try writer.put(value.bytes.rawSpan, forKey: [key].rawSpan, in: table)
    }
    try writer.commit()
}

private func append(
    _ count: Int,
    number: UInt32,
    to table: Table,
    in environment: Environment
) throws(StorageError) {
    var key = ByteWriter()
    key.append(number)
    try environment.put([key.bytes: Array(repeating: 7, count: count)], in: table)
}

private func distinctValues(of table: Table, in environment: Environment) throws -> Int {
    let reader = try ReadTransaction(in: environment)
    var seen: Set<UInt32> = []
    var count = 0
    var cursor = try reader.cursor(in: table)
    while let entry = try cursor.next() {
        seen.insert(try entry.value.uint32(at: 0))
        count += 1
    }
    #expect(count == replacedCount)
    return seen.count
}
