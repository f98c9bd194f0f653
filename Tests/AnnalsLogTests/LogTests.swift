import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

struct `A log` {
    @Test func `that is empty has a head before the first transaction`() throws {
        let storage = try LogStorage()
        let reader = try ReadTransaction(in: storage.environment)

        let head = try storage.log.head(in: reader)
        let end = try storage.log.end(in: reader)
        let first = try storage.log.read(1, in: reader)
        let holding = try storage.log.transaction(holding: Position(1), in: reader)

        #expect(head == LogHead())
        #expect(end == LogEnd())
        #expect(first == nil)
        #expect(holding == nil)
    }

    @Test func `tells its end and every transaction, to readers and to the writer`() throws {
        let storage = try LogStorage()
        var chain = Chain()
        let finished = (0..<20).map { index in
            chain.add(Array(repeating: SampleEvent(), count: index % 4))
        }
        try storage.append(finished)
        let reader = try ReadTransaction(in: storage.environment)
        var writer = try WriteTransaction(in: storage.environment)
        try storage.log.append(chain.add([SampleEvent()]), number: 21, to: &writer)

        let head = try storage.log.head(in: reader)
        #expect(head.number == 20)
        let end = try storage.log.end(in: reader)
        #expect(end.number == 20)
        #expect(end.lastPosition == head.lastPosition)
        #expect(end.time == head.time)
        for number in UInt64(1)...20 {
            let read = try storage.log.read(number, in: reader)
            let written = try storage.log.read(number, in: writer)
            #expect(read?.bytes == chain.transactions[Int(number) - 1])
            #expect(written?.bytes == chain.transactions[Int(number) - 1])
        }
        let unseen = try storage.log.read(21, in: reader)
        let own = try storage.log.read(21, in: writer)
        let none = try storage.log.read(22, in: writer)
        #expect(unseen == nil)
        #expect(own?.bytes == chain.transactions[20])
        #expect(none == nil)
    }

    /// Many transactions have no events, including some at the beginning and at the end.
    @Test(arguments: UInt64(0)..<10)
    func `finds the transaction that holds a position`(seed: UInt64) throws {
        var random = SeededRandom(seed: testSeed(300 + seed))
        let storage = try LogStorage()
        var chain = Chain()
        var expected: [UInt64?] = [nil]
        var finished: [FinishedTransaction] = []
        for number in UInt64(1)...UInt64(1 + random.below(60)) {
            let count = random.chance(40) ? 0 : random.below(5)
            finished.append(chain.add(Array(repeating: SampleEvent(), count: count)))
            expected += Array(repeating: number, count: count)
        }
        try storage.append(finished)
        let reader = try ReadTransaction(in: storage.environment)

        for (ordinal, number) in (expected + [nil, nil]).enumerated() {
            let position = Position(UInt64(ordinal))
            let found = try storage.log.transaction(holding: position, in: reader)
            #expect(found?.number == number, "position \(ordinal)")
        }
        let beyond = try storage.log.transaction(holding: Position(.max), in: reader)
        #expect(beyond == nil)
    }
}

struct `A frame` {
    @Test func `is damaged by any byte that is changed`() throws {
        let storage = try LogStorage()
        var chain = Chain()
        try storage.append([
            chain.add([SampleEvent()], idempotencyKey: "key", results: [1]),
            chain.add([SampleEvent()]),
        ])
        let (key, value) = try entry(0, of: storage)
        var writer = try WriteTransaction(in: storage.environment)

        for index in value.indices {
            for bit in 0..<8 {
                var changed = value
                changed[index] ^= 1 << UInt8(bit)
                try writer.put(changed.rawSpan, forKey: key.rawSpan, in: storage.log.table)
                let isFound = isDamaged(1, in: writer, storage.log)
                #expect(isFound, "byte \(index)")
            }
        }
        try writer.put(value.rawSpan, forKey: key.rawSpan, in: storage.log.table)
        let isFound = isDamaged(1, in: writer, storage.log)
        #expect(!isFound)
    }

    @Test func `is damaged where it is cut, and under another number`() throws {
        let storage = try LogStorage()
        var chain = Chain()
        try storage.append([chain.add([SampleEvent()]), chain.add([SampleEvent()])])
        let (key, value) = try entry(0, of: storage)
        let (otherKey, _) = try entry(1, of: storage)
        var writer = try WriteTransaction(in: storage.environment)

        for count in value.indices {
            let cut = Array(value.prefix(count))
            try writer.put(cut.rawSpan, forKey: key.rawSpan, in: storage.log.table)
            let isFound = isDamaged(1, in: writer, storage.log)
            #expect(isFound, "\(count) bytes")
        }
        try writer.put(value.rawSpan, forKey: otherKey.rawSpan, in: storage.log.table)
        let isFound = isDamaged(2, in: writer, storage.log)
        #expect(isFound)
    }

    /// Sizes around one, two and three frames.
    @Test(arguments: 1...3, [-1, 0, 1])
    func `has others beside it where a transaction is long`(frames: Int, rest: Int) throws {
        let storage = try LogStorage()
        let overhead = {
            var chain = Chain(); chain.add([SampleEvent(values: [])]); return chain
        }()
        .transactions[0].count
        let count = frames * Log.frameBytes + rest - overhead
        var chain = Chain()
        let values = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try storage.append([chain.add([SampleEvent(values: values)]), chain.add([SampleEvent()])])
        let reader = try ReadTransaction(in: storage.environment)

        let first = try storage.log.read(1, in: reader)
        let second = try storage.log.read(2, in: reader)
        let entries = try reader.count(of: storage.log.table)
        let head = try storage.log.head(in: reader)

        #expect(first?.bytes == chain.transactions[0])
        #expect(first?.bytes.count == frames * Log.frameBytes + rest)
        #expect(second?.bytes == chain.transactions[1])
        #expect(entries == frames + (rest > 0 ? 1 : 0) + 1)
        #expect(head.digest == chain.head.digest)
    }

    @Test func `tells the log's end where it is not the last one of its transaction`() throws {
        let storage = try LogStorage()
        var chain = Chain()
        let values = [UInt8](repeating: 7, count: 2 * Log.frameBytes)
        try storage.append([chain.add([SampleEvent()]), chain.add([SampleEvent(values: values)])])
        let reader = try ReadTransaction(in: storage.environment)

        let head = try storage.log.head(in: reader)
        let end = try storage.log.end(in: reader)

        #expect(end.number == 2)
        #expect(end.lastPosition == head.lastPosition)
        #expect(end.time == head.time)
    }

    @Test(arguments: 0..<3)
    func `is missed where its transaction has several`(index: Int) throws {
        let storage = try LogStorage()
        var chain = Chain()
        let values = [UInt8](repeating: 7, count: 2 * Log.frameBytes + 100)
        let long = chain.add([SampleEvent(values: values)])
        try storage.append([long, chain.add([SampleEvent()])])
        let (key, _) = try entry(index, of: storage)
        var writer = try WriteTransaction(in: storage.environment)
        try writer.delete(key.rawSpan, in: storage.log.table)

        if index == 0 {
            // The transaction is missing; it is up to the check to find that.
            let read = try storage.log.read(1, in: writer)
            #expect(read == nil)
        } else {
            let isFound = isDamaged(1, in: writer, storage.log)
            #expect(isFound)
        }
    }

    private func isDamaged(
        _ number: UInt64,
        in writer: borrowing WriteTransaction,
        _ log: Log
    ) -> Bool {
        do throws(StorageError) {
            _ = try log.read(number, in: writer)
            return false
        } catch {
            guard case .corrupted(let corruption) = error else { return false }
            return corruption.table == Log.tableName
        }
    }

    private func entry(
        _ index: Int,
        of storage: LogStorage
    ) throws -> (key: [UInt8], value: [UInt8]) {
        let reader = try ReadTransaction(in: storage.environment)
        var cursor = try reader.cursor(in: storage.log.table)
        for _ in 0..<index { _ = try cursor.next() }
        guard let entry = try cursor.next() else { throw Missing() }
        return ([UInt8](copying: entry.key), [UInt8](copying: entry.value))
    }

    private struct Missing: Error {}
}
