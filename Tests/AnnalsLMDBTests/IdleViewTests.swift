import AnnalsBytes
import AnnalsTestSupport
import Synchronization
import Testing

@testable import AnnalsLMDB

/// Ended views that stay open for the next reader, as long as nobody else writes.
struct `A view that is used again` {
    private let scratch = Scratch()

    private func open() throws -> Environment {
        var options = Environment.Options.quick()
        options.isOnlyWriter = true
        return try Environment(path: scratch.path, options: options)
    }

    @Test func `shows each commit that came before, and its tables`() throws {
        let environment = try open()
        let table = try environment.makeTable("table")
        for number in 0..<50 as Range<UInt8> {
            try environment.put([[1]: [number]], in: table)
            // The second read uses the view of the first one again.
            #expect(try environment.value(of: [1], in: table) == [number])
            #expect(try environment.value(of: [1], in: table) == [number])
            let other = try environment.makeTable("table \(number)")
            #expect(try environment.value(of: [1], in: other) == nil)
        }
    }

    @Test func `has the tables that were only opened since`() throws {
        func fill() throws {
            let environment = try open()
            for name in ["first", "second"] {
                try environment.put([[1]: [2]], in: environment.makeTable(name))
            }
        }
        try fill()
        let environment = try open()
        for name in ["first", "second"] {
            // When the second table is opened, there is an idle view that does not know it yet.
            let table = try #require(try environment.existingTables([name])[0])
            #expect(try environment.value(of: [1], in: table) == [2])
        }
    }

    @Test func `is open still, and is ended by who is about to write`() throws {
        let environment = try open()
        let table = try environment.makeTable("table")
        try environment.put([[1]: [1]], in: table)
        _ = try environment.value(of: [1], in: table)
        let kept = try #require(environment.idleReaders.take())
        #expect(kept.generation != nil && kept.generation == environment.generation.current)
        #expect(environment.idleReaders.put(kept))
        let writer = try WriteTransaction(in: environment)
        let ended = try #require(environment.idleReaders.take())
        #expect(ended.generation == nil)
        #expect(environment.idleReaders.put(ended))
        _ = consume writer
    }

    @Test func `keeps no pages from who writes`() throws {
        let environment = try open()
        let table = try environment.makeTable("table")
        let value = [UInt8](repeating: 7, count: 3000)
        func round(_ number: Int) throws {
            try environment.put([[UInt8(number % 8)]: value], in: table)
            _ = try environment.value(of: [0], in: table)
        }
        for number in 0..<40 { try round(number) }
        let before = environment.map.usedBytes
        for number in 0..<400 { try round(number) }
        #expect(environment.map.usedBytes == before)
    }

    @Test func `never shows less than was seen before`() async throws {
        let environment = try open()
        let table = try environment.makeTable("table")
        try environment.put([[1]: [0, 0, 0, 0]], in: table)
        let end = End()
        @Sendable func number() throws -> UInt32 {
            let value = try environment.value(of: [1], in: table) ?? []
            return try value.rawSpan.uint32(at: 0)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var last: UInt32 = 0
                    while !end.isReached.load(ordering: .relaxed) {
                        let next = try number()
                        #expect(next >= last)
                        last = next
                        await Task.yield()
                    }
                }
            }
            group.addTask {
                defer { end.isReached.store(true, ordering: .relaxed) }
                for next in 1...4000 as ClosedRange<UInt32> {
                    var value = ByteWriter()
                    value.append(next)
                    try environment.put([[1]: value.bytes], in: table)
                    #expect(try number() == next)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `is given to nobody while one of several changes is under way`() {
        let generation = Generation()
        let before = generation.current
        generation.change {
            #expect(generation.current == nil)
            generation.change { #expect(generation.current == nil) }
            #expect(generation.current == nil)
        }
        #expect(generation.current != nil && generation.current != before)
    }

    @Test func `is none where others may write`() throws {
        let storage = try Storage()
        _ = try storage.environment.value(of: [1], in: storage.table)
        let kept = try #require(storage.environment.idleReaders.take())
        #expect(kept.generation == nil)
        #expect(storage.environment.idleReaders.put(kept))
    }
}

/// The end of a test's work.
private final class End: Sendable {
    let isReached = Atomic<Bool>(false)
}
