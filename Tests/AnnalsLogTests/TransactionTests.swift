import AnnalsBytes
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

struct `A transaction` {
    private static let events: [SampleEvent] = [
        SampleEvent(kind: .created, values: [0, 1, 0, 5, 0, 0, 0, 2, 0x68, 0x69]),
        SampleEvent(kind: .deleted, previous: Position(1), values: Array(1...16)),
        SampleEvent(kind: .emptied, key: RecordKey(object: 0xFFFF, serial: 1 << 47), values: []),
    ]

    @Test(arguments: [0, 1, 3, 200], [nil, "k", String(repeating: "é", count: 100)])
    func `is read back as it was built`(eventCount: Int, key: String?) throws {
        let events = (0..<eventCount).map { Self.events[$0 % 3] }
        var chain = Chain()
        chain.add([SampleEvent()])
        let before = chain.head
        let finished = chain.add(
            events,
            idempotencyKey: key,
            results: [9, 8, 7],
            origin: "com/example/sync;client=été",
            epoch: 3
        )

        let read = try StoredTransaction(decoding: chain.transactions[1])

        #expect(read.number == 2)
        #expect(read.firstPosition == Position(2))
        #expect(read.lastPosition == Position(1 + UInt64(eventCount)))
        #expect(read.epoch == 3)
        #expect(read.time == Timestamp(milliseconds: Chain.start + 2000))
        #expect(read.actor == RecordKey(object: 1, serial: 1))
        #expect(read.previousDigest == before.digest)
        #expect(read.origin == "com/example/sync;client=été")
        #expect(read.idempotencyKey == key.map { Array($0.utf8) })
        #expect(read.results == (key == nil ? [] : [9, 8, 7]))
        #expect(read.digest == finished.digest)
        #expect(read.events.map(\.kind) == events.map(\.kind))
        #expect(read.events.map(\.key) == events.map(\.key))
        #expect(read.events.map(\.previous) == events.map(\.previous))
        for (index, event) in events.enumerated() {
            let values = [UInt8](copying: read.payload(ofEvent: index))
            #expect(values == event.values)
            #expect(read.position(ofEvent: index) == Position(2 + UInt64(index)))
        }
        #expect(read.firstAlteredEvent() == nil)
    }

    @Test(arguments: [nil, "key"])
    func `is refused where any byte is missing, or one is too many`(key: String?) {
        var chain = Chain()
        chain.add(Self.events, idempotencyKey: key, results: [1, 2])
        let bytes = chain.transactions[0]

        for count in bytes.indices {
            #expect(throws: Malformed.self, "\(count) bytes") {
                try StoredTransaction(decoding: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: Malformed.self) { try StoredTransaction(decoding: bytes + [0]) }
    }

    /// Checks only the digests, as if somebody had repaired the checksums: the next transaction
    /// protects what is sealed, and that protects values and results.
    @Test(arguments: [nil, "key"])
    func `gives away any byte that is changed, once another follows`(key: String?) {
        var chain = Chain()
        chain.add([SampleEvent()])
        chain.add(Self.events, idempotencyKey: key, results: [1, 2])
        chain.add([SampleEvent(key: RecordKey(object: 16, serial: 2))])

        for index in chain.transactions[1].indices {
            for change in [0x01, 0x80, 0xFF] as [UInt8] {
                var transactions = chain.transactions
                transactions[1][index] ^= change
                #expect(isFound(transactions), "byte \(index) changed by \(change)")
            }
        }
    }

    private func isFound(_ transactions: [[UInt8]]) -> Bool {
        do throws(Malformed) {
            return try Chain.finding(in: transactions) != nil
        } catch {
            return true
        }
    }

    @Test func `tells which event's values were changed`() throws {
        var chain = Chain()
        chain.add(Self.events, idempotencyKey: "key", results: [1, 2])
        let bytes = chain.transactions[0]
        let sound = try StoredTransaction(decoding: bytes)
        #expect(sound.firstAlteredEvent() == nil)

        // The last two bytes of the first event's values.
        let place = try #require(bytes.firstRange(of: [0, 0, 0, 2, 0x68, 0x69])).upperBound - 1
        var altered = bytes
        altered[place] = 0x6A

        #expect(try StoredTransaction(decoding: altered).firstAlteredEvent() == 0)
        #expect(
            try Chain.finding(in: [altered]) == "the values of event 1 do not have their digest"
        )
    }

    /// Otherwise an observer could guess a phone number and compare its digest with the log's.
    @Test func `hides equal values behind different salts`() throws {
        var chain = Chain()
        chain.add([SampleEvent(), SampleEvent(key: RecordKey(object: 16, serial: 2))])

        let digests = try StoredTransaction(decoding: chain.transactions[0]).events.map(\.digest)

        #expect(digests[0] != digests[1])
    }

    @Test func `claims no more events than its bytes hold`() {
        var chain = Chain()
        chain.add([SampleEvent()])
        var bytes = chain.transactions[0]
        for index in 24..<28 { bytes[index] = 0xFF }

        #expect(throws: Malformed("as many events as it says", offset: 24)) {
            try StoredTransaction(decoding: bytes)
        }
    }
}
