import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

struct `Version 1 of the format` {
    /// An event of each kind, an idempotency key, and a non-ASCII origin.
    private static let events: [SampleEvent] = [
        SampleEvent(
            kind: .created,
            key: RecordKey(object: 16, serial: 3),
            values: [0, 1, 0, 7, 0, 0, 0, 3] + Array("New".utf8)
        ),
        SampleEvent(
            kind: .updated,
            key: RecordKey(object: 16, serial: 2),
            previous: Position(1),
            values: Array(repeating: 0x11, count: 24)
                + [0, 1, 0, 7, 0, 0, 0, 3, 0, 0, 0, 9] + Array("NewContacted".utf8)
        ),
        SampleEvent(kind: .deleted, previous: Position(1), values: Array(1...16)),
        SampleEvent(kind: .undeleted, previous: Position(4), values: Array(1...24)),
        SampleEvent(kind: .emptied, previous: Position(5), values: []),
        SampleEvent(
            kind: .purged,
            previous: Position(6),
            values: [3, 0, 1, 0, 7, 0, 0, 0, 3] + Array("New".utf8)
        ),
        SampleEvent(
            kind: .defined,
            key: RecordKey(object: 0x0400, serial: 0),
            values: [0, 0, 0, 0, 0, 0, 0, 2] + Array("{}".utf8)
        ),
    ]

    @Test func `of a transaction is what it was`() throws {
        var chain = Chain()
        chain.add([SampleEvent()])
        let finished = chain.add(
            Self.events,
            idempotencyKey: "import 42",
            results: [1, 2, 3],
            origin: "com/example/süd",
            milliseconds: Chain.start + 123,
            epoch: 2
        )
        let storage = try LogStorage()
        try storage.append([finished], from: 2)
        let reader = try ReadTransaction(in: storage.environment)
        var cursor = try reader.cursor(in: storage.log.table)
        guard let entry = try cursor.next() else {
            Issue.record("the transaction is in the log")
            return
        }
        let key = [UInt8](copying: entry.key)
        let value = [UInt8](copying: entry.value)
        #expect(Array(value.dropFirst(8)) == chain.transactions[1])

        try GoldenFile("transaction-v1.hex").expect(
            """
            # key of its only frame in the table log: number, frame
            \(hexadecimal(key))\
            # header of the frame: CRC-32C of the key and of all behind, frames, zero
            \(hexadecimal(Array(value.prefix(8))))\
            # sealed part and results
            \(hexadecimal(finished.head))\
            # values of the events, each behind its length and its salt
            \(hexadecimal(finished.tail))\
            # digest: SHA-256 of a zero byte and of the sealed part
            \(finished.digest)

            """
        )
    }

    @Test func `of a transaction with values that were erased is what it was`() throws {
        var chain = Chain()
        chain.add(Self.events)
        let whole = try StoredTransaction(decoding: chain.transactions[0])
        let bytes = whole.erasing { event, _ in event.key == RecordKey(object: 16, serial: 3) }

        try GoldenFile("erased-v1.hex").expect(
            """
            # transaction-v1.hex without key, results and the values of its first event
            \(hexadecimal(bytes))
            """
        )
        #expect(try StoredTransaction(decoding: bytes).digest == whole.digest)
    }

    @Test func `is the only one that is read`() {
        var chain = Chain()
        chain.add([SampleEvent()])
        for version in [0, 2, 255] as [UInt8] {
            var bytes = chain.transactions[0]
            bytes[0] = version
            #expect(throws: Malformed("format version 1", offset: 0)) {
                try StoredTransaction(decoding: bytes)
            }
        }
    }

    @Test func `knows no other flags and no other kinds of events`() {
        var chain = Chain()
        let sealed = chain.add([SampleEvent()]).head
        for (index, byte) in [(1, 2), (1, 0x80), (2, 1), (3, 1)] as [(Int, UInt8)] {
            var bytes = chain.transactions[0]
            bytes[index] |= byte
            #expect(throws: Malformed("no unknown flags", offset: 1)) {
                try StoredTransaction(decoding: bytes)
            }
        }
        let event = sealed.count - EventHeader.byteCount
        for kind in [0, 9, 15, 17, 255] as [UInt8] {
            var bytes = chain.transactions[0]
            bytes[event] = kind
            #expect(throws: Malformed("a known kind of event", offset: event)) {
                try StoredTransaction(decoding: bytes)
            }
        }
    }

    @Test func `numbers the kinds of events`() {
        let numbers = EventKind.allCases.map(\.rawValue)

        #expect(numbers == [1, 2, 3, 4, 5, 6, 7, 8, 16])
    }
}
