import AnnalsBytes
import AnnalsLMDB
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsLog

struct `Values that are taken out of a transaction` {
    private func randomEvents(_ random: inout SeededRandom, count: Int) -> [SampleEvent] {
        (0..<count).map { _ in
            let kinds = EventKind.allCases.filter { $0 != .defined }
            let kind = kinds[random.below(kinds.count)]
            let size = kind.carriesValues ? 1 + random.below(3000) : random.below(30)
            return SampleEvent(
                kind: kind,
                key: RecordKey(object: 16, serial: UInt64(1 + random.below(4))),
                values: (0..<size).map { _ in UInt8(random.below(256)) }
            )
        }
    }

    @Test(arguments: UInt64(0)..<10)
    func `leave everything else as it was`(seed: UInt64) throws {
        var random = SeededRandom(seed: testSeed(700 + seed))
        let storage = try LogStorage()
        var chain = Chain()
        let finished = (0..<6).map { _ in
            // Some are so long that they have several frames, and fewer after erasing.
            chain.add(randomEvents(&random, count: random.chance(30) ? 900 : random.below(9)))
        }
        try storage.append(finished)
        let wholes = try chain.transactions.map {
            (bytes) throws in try StoredTransaction(decoding: bytes)
        }
        let key = RecordKey(object: 16, serial: UInt64(1 + random.below(4)))
        // If all records are erased, as few frames as possible remain.
        let isOfAll = seed % 2 == 0
        var writer = try WriteTransaction(in: storage.environment)
        // Twice: what has been erased stays erased.
        for _ in 0..<2 {
            for number in UInt64(1)...6 {
                let stored = try storage.log.read(number, in: writer)
                try storage.log.erase(in: try #require(stored), by: 0, &writer) { event, _ in
                    isOfAll || event.key == key
                }
            }
        }
        try writer.commit()

        let reader = try ReadTransaction(in: storage.environment)
        var frameCount = 0
        for whole in wholes {
            let read = try storage.log.read(whole.number, in: reader)
            let erased = try #require(read)
            #expect(erased.digest == whole.digest)
            frameCount += Log.frameCount(ofBytes: erased.bytes.count)
            #expect(erased.firstAlteredEvent() == nil)
            for (index, event) in whole.events.enumerated() {
                let isErased = (isOfAll || event.key == key) && event.kind.carriesValues
                #expect(erased.events[index].isErased == isErased)
                #expect(erased.events[index].digest == event.digest)
                #expect(erased.events[index].kind == event.kind)
                let values = [UInt8](copying: whole.payload(ofEvent: index))
                #expect(
                    [UInt8](copying: erased.payload(ofEvent: index)) == (isErased ? [] : values)
                )
            }
        }
        // No frames remain of a transaction that had more of them before.
        #expect(try reader.count(of: storage.log.table) == frameCount)
        let end = try storage.log.head(in: reader)
        #expect(end.digest == wholes.last?.digest)
    }

    @Test func `are missed where an event of their kind keeps them`() throws {
        var chain = Chain()
        let finished = chain.add([SampleEvent(kind: .deleted, values: Array(1...16))])
        let mark: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]

        #expect(throws: Malformed.self) {
            try StoredTransaction(decoding: finished.head + mark)
        }
    }

    @Test func `are missed where the length is none`() throws {
        var chain = Chain()
        let finished = chain.add([SampleEvent(kind: .created, values: [])])

        #expect(throws: Malformed.self) {
            try StoredTransaction(decoding: finished.head + finished.tail)
        }
    }

    @Test func `need an erasure that comes later`() throws {
        var chain = Chain()
        chain.add([SampleEvent(kind: .created)])
        chain.add([SampleEvent(kind: .erased, previous: Position(1), values: [1])])
        let first = try StoredTransaction(decoding: chain.transactions[0])
        let erased = try StoredTransaction(decoding: first.erasing { _, _ in true })
        let last = try StoredTransaction(decoding: chain.transactions[1])
        var check = LogCheck()

        #expect(check.accept(erased) == nil)
        #expect(check.findingAtEnd?.contains("event 1 are gone") == true)
        #expect(check.accept(last) == nil)
        #expect(check.findingAtEnd == nil)
    }

    @Test func `take an answer with them, which needs an erasure that comes later`() throws {
        var chain = Chain()
        chain.add(
            [SampleEvent(kind: .created), SampleEvent(kind: .deleted)],
            idempotencyKey: "key",
            results: [1, 2]
        )
        chain.add([SampleEvent(kind: .erased, previous: Position(2), values: [1])])
        let first = try StoredTransaction(decoding: chain.transactions[0])
        let last = try StoredTransaction(decoding: chain.transactions[1])
        let alone = try StoredTransaction(decoding: first.erasing(answer: true) { _, _ in false })
        #expect(alone.digest == first.digest && alone.firstAlteredEvent() == nil)
        #expect(alone.isAnswerErased && !alone.hasResults && alone.results == [])
        #expect([UInt8](copying: alone.payload(ofEvent: 0)) == [0, 0])
        // An event without values is enough to erase the answer.
        let obeying = first.obeying { event, _ in event.kind == .deleted }
        #expect(try StoredTransaction(decoding: obeying).isAnswerErased)
        #expect(first.obeying { _, _ in false } == first.bytes)

        var check = LogCheck()
        #expect(check.accept(alone) == nil)
        #expect(check.findingAtEnd?.contains("answer of transaction 1 is gone") == true)
        #expect(check.accept(last) == nil)
        #expect(check.findingAtEnd == nil)
    }
}
