import AnnalsBytes
import AnnalsLog
import AnnalsProof
import AnnalsSchema
import AnnalsTestSupport

/// Transactions, the tree over them made by its definition, and proofs from it.
struct SampleLog {
    static let key = try! SigningKey(
        generating: "example.com/contacts",
        seed: [UInt8](repeating: 7, count: 32)
    )
    static let naive = NaiveTree(empty: Digest(of: [UInt8]().rawSpan)) {
        Digest(left: $0, right: $1)
    }

    private(set) var transactions: [StoredTransaction] = []

    init(count: Int, epoch: UInt32 = 1) throws {
        var head = LogHead()
        for number in 1..<(count + 1) {
            var builder = TransactionBuilder(
                number: UInt64(number),
                firstPosition: head.lastPosition.advanced(by: 1),
                epoch: epoch,
                time: Timestamp(milliseconds: 1_772_445_600_000 + Int64(number)),
                actor: .user,
                previousDigest: head.digest,
                origin: "tests",
                idempotencyKey: nil,
                eventCountHint: 2
            )
            for event in 0..<(number % 3) {
                builder.beginEvent(salt: ArraySlice([UInt8](repeating: UInt8(event), count: 16)))
                builder.payload.append(UInt16(0))
                let key = RecordKey(object: 16, serial: UInt64(number))
                head.lastPosition = builder.endEvent(.created, of: key, previous: .beforeFirst)
            }
            let finished = builder.finish()
            head.digest = finished.digest
            transactions.append(try StoredTransaction(decoding: finished.head + finished.tail))
        }
    }

    var leaves: ArraySlice<Digest> { transactions.map(\.digest)[...] }

    func checkpoint(_ size: Int, by key: SigningKey = key) throws -> Checkpoint {
        let root = Self.naive.root(leaves.prefix(size))
        return try Checkpoint(size: UInt64(size), root: root, signedWith: key)
    }

    func inclusion(of index: Int, in size: Int) throws -> Proof {
        Proof(
            index: UInt64(index),
            path: Self.naive.inclusion(index, leaves.prefix(size)),
            contents: ProofContents(CarriedTransaction(transactions[index]) { _ in true }),
            checkpoint: try checkpoint(size)
        )
    }

    func consistency(from earlier: Int, to size: Int) throws -> ConsistencyProof {
        ConsistencyProof(
            earlierSize: UInt64(earlier),
            path: Self.naive.consistency(earlier, leaves.prefix(size)),
            checkpoint: try checkpoint(size)
        )
    }
}

extension RecordKey {
    static let user = RecordKey(object: 1, serial: 1)
}
