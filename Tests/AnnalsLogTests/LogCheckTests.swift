import AnnalsLog
import AnnalsSchema
import Testing

struct `A chain of transactions` {
    private let chain: Chain = {
        var chain = Chain()
        for serial in UInt64(1)...6 {
            chain.add(
                [SampleEvent(key: RecordKey(object: 16, serial: serial))],
                idempotencyKey: serial % 2 == 0 ? "key \(serial)" : nil
            )
        }
        return chain
    }()

    @Test func `is accepted as it was made`() throws {
        var check = LogCheck()
        for bytes in chain.transactions {
            #expect(check.accept(try StoredTransaction(decoding: bytes)) == nil)
        }
        #expect(check.head == chain.head)
    }

    @Test(arguments: 0..<5)
    func `gives away one that was removed`(index: Int) throws {
        var transactions = chain.transactions
        transactions.remove(at: index)

        #expect(try Chain.finding(in: transactions) == "transaction numbers have a gap")
    }

    @Test(arguments: 0..<5)
    func `gives away two that were swapped`(index: Int) throws {
        var transactions = chain.transactions
        transactions.swapAt(index, index + 1)

        #expect(try Chain.finding(in: transactions) == "transaction numbers have a gap")
    }

    @Test(arguments: 0..<6)
    func `gives away one that is there twice`(index: Int) throws {
        var transactions = chain.transactions
        transactions.insert(transactions[index], at: index)

        #expect(try Chain.finding(in: transactions) == "transaction numbers have a gap")
    }

    /// A different history from there on, each transaction of which is sound.
    @Test func `gives away one of another history`() throws {
        var other = Chain()
        for serial in UInt64(1)...6 {
            other.add(
                [SampleEvent(key: RecordKey(object: 16, serial: serial))],
                origin: serial == 3 ? "another" : "tests"
            )
        }
        // Number 1 is the same in both histories.
        #expect(other.transactions[0] == chain.transactions[0])

        for index in 1..<5 {
            var transactions = chain.transactions
            transactions[index] = other.transactions[index]
            #expect(
                try Chain.finding(in: transactions)
                    == "the digest of the transaction before does not fit"
            )
        }
    }

    @Test func `gives away a time that was changed`() throws {
        // Changes byte 7 of the time, in a transaction that others follow.
        var transactions = chain.transactions
        transactions[2][39] ^= 0x10

        #expect(
            try Chain.finding(in: transactions)
                == "the digest of the transaction before does not fit"
        )
    }

    @Test func `does not go back in time, nor to an epoch before`() throws {
        var backInTime = chain
        backInTime.add([], milliseconds: chain.head.time.milliseconds - 1)
        #expect(try Chain.finding(in: backInTime.transactions) == "a commit time goes back")

        var sameTime = chain
        sameTime.add([], milliseconds: chain.head.time.milliseconds)
        #expect(try Chain.finding(in: sameTime.transactions) == nil)

        var backInEpochs = chain
        backInEpochs.add([], epoch: 5)
        backInEpochs.add([], epoch: 4)
        #expect(try Chain.finding(in: backInEpochs.transactions) == "an epoch goes back")
    }

    @Test func `has no gap between positions, and none twice`() throws {
        for wrong in [chain.head.lastPosition, Position(chain.head.lastPosition.ordinal + 2)] {
            var gap = chain
            gap.add([SampleEvent()], firstPosition: wrong)
            #expect(try Chain.finding(in: gap.transactions) == "event positions have a gap")
        }
    }

    @Test func `has no event that follows itself or a later one`() throws {
        for wrong in [chain.head.lastPosition.ordinal + 1, .max] {
            var circle = chain
            circle.add([SampleEvent(kind: .updated, previous: Position(wrong))])
            #expect(
                try Chain.finding(in: circle.transactions)
                    == "an event names a later one as the one before"
            )
        }
    }
}
