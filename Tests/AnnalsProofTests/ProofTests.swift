import AnnalsLog
import AnnalsProof
import AnnalsTestSupport
import Testing

struct `A proof of inclusion` {
    @Test func `of every transaction holds in a tree of every size, in that one alone`() throws {
        let log = try SampleLog(count: 20)
        let key = SampleLog.key.verifierKey
        for size in 1...20 {
            for index in 0..<size {
                let proof = try log.inclusion(of: index, in: size)
                let read = try Proof(proof.description)
                #expect(read == proof)
                let proven = try read.verify(by: key)
                #expect(proven.number == UInt64(index) + 1)
                #expect(proven.eventCount == (index + 1) % 3)
                let other = Proof(
                    index: proof.index,
                    path: proof.path,
                    contents: proof.contents,
                    checkpoint: try log.checkpoint(size == 20 ? 19 : size + 1)
                )
                #expect(throws: ProofError.notIncluded) { try other.verify(by: key) }
            }
        }
    }

    @Test func `does not hold for another transaction, another way or another place`() throws {
        let log = try SampleLog(count: 11)
        let key = SampleLog.key.verifierKey
        for index in 0..<11 {
            let proof = try log.inclusion(of: index, in: 11)
            for other in 0..<11 where other != index {
                let another = try log.inclusion(of: other, in: 11)
                expectRefusal(proof, contents: another.contents)
                expectRefusal(proof, index: UInt64(other))
                expectRefusal(proof, index: UInt64(other), contents: another.contents)
                expectRefusal(proof, path: another.path)
            }
            expectRefusal(proof, path: proof.path.reversed())
            expectRefusal(proof, path: proof.path + [Digest.zero])
            expectRefusal(proof, path: proof.path.dropLast())
            expectRefusal(proof, path: [])
            let bare = Proof(
                index: proof.index,
                path: proof.path,
                contents: nil,
                checkpoint: proof.checkpoint
            )
            #expect(try Proof(bare.description) == bare)
            #expect(throws: ProofError.withoutTransaction) { try bare.verify(by: key) }
        }
    }

    private func expectRefusal(
        _ proof: Proof,
        index: UInt64? = nil,
        path: [Digest]? = nil,
        contents: ProofContents? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let forged = Proof(
            index: index ?? proof.index,
            path: path ?? proof.path,
            contents: contents ?? proof.contents,
            checkpoint: proof.checkpoint
        )
        #expect(throws: ProofError.self, sourceLocation: location) {
            try forged.verify(by: SampleLog.key.verifierKey)
        }
    }

    /// As if a log hid half of its transactions and signed the root of the others.
    @Test func `does not hold where the root is that of a smaller tree`() throws {
        let log = try SampleLog(count: 8)
        let root = SampleLog.naive.root(log.leaves.prefix(4))
        let lying = try Checkpoint(size: 8, root: root, signedWith: SampleLog.key)
        for index in 0..<4 {
            let honest = try log.inclusion(of: index, in: 4)
            let proof = Proof(
                index: honest.index,
                path: honest.path,
                contents: honest.contents,
                checkpoint: lying
            )
            #expect(throws: ProofError.notIncluded) {
                try proof.verify(by: SampleLog.key.verifierKey)
            }
        }
        let consistency = ConsistencyProof(
            earlierSize: 2,
            path: SampleLog.naive.consistency(2, log.leaves.prefix(4)),
            checkpoint: lying
        )
        #expect(throws: ProofError.inconsistent) {
            try consistency.verify(from: log.checkpoint(2), by: SampleLog.key.verifierKey)
        }
        let later = try log.consistency(from: 4, to: 8)
        #expect(throws: ProofError.inconsistent) {
            try later.verify(from: lying, by: SampleLog.key.verifierKey)
        }
    }

    /// An inner node is not a transaction, though its digest is in the tree.
    @Test func `does not hold for two digests in the place of a transaction`() throws {
        let leaf = Digest(left: .zero, right: .zero)
        #expect(leaf != Digest(of: [UInt8](repeating: 0, count: 64).rawSpan, prefix: 0))
        #expect(leaf == Digest(of: [UInt8](repeating: 0, count: 64).rawSpan, prefix: 1))
    }

    @Test func `does not hold by another key, nor of another log`() throws {
        let log = try SampleLog(count: 5)
        let proof = try log.inclusion(of: 2, in: 5)
        let namesake = try SigningKey(generating: SampleLog.key.name).verifierKey
        #expect(throws: ProofError.unsigned(key: namesake.description)) {
            try proof.verify(by: namesake)
        }
        let key = SampleLog.key.verifierKey
        #expect(
            throws: ProofError.wrongOrigin(expected: "another", found: "example.com/contacts")
        ) { try proof.verify(by: key, origin: "another") }
        let another = Proof(
            index: 2,
            path: proof.path,
            contents: proof.contents,
            checkpoint: try log.checkpoint(5, by: SigningKey(generating: "example.com/other"))
        )
        #expect(throws: ProofError.unsigned(key: key.description)) { try another.verify(by: key) }
    }
}

struct `A proof of consistency` {
    @Test func `holds between any two sizes, and between those alone`() throws {
        let log = try SampleLog(count: 20)
        let key = SampleLog.key.verifierKey
        let checkpoints = try (0...20).map { try log.checkpoint($0) }
        for size in 1...20 {
            for earlier in 0...size {
                let proof = try log.consistency(from: earlier, to: size)
                let read = try ConsistencyProof(proof.description)
                #expect(read == proof)
                try read.verify(from: checkpoints[earlier], by: key)
                for other in [earlier - 1, earlier + 1, size] where other != earlier {
                    guard checkpoints.indices.contains(other) else { continue }
                    #expect(throws: ProofError.inconsistent) {
                        try proof.verify(from: checkpoints[other], by: key)
                    }
                }
                guard earlier > 0, earlier < size else { continue }
                for path in [
                    proof.path.reversed(), proof.path.dropLast(), proof.path + [Digest.zero], [],
                ] where path != proof.path {
                    let forged = ConsistencyProof(
                        earlierSize: proof.earlierSize,
                        path: path,
                        checkpoint: proof.checkpoint
                    )
                    #expect(throws: ProofError.inconsistent) {
                        try forged.verify(from: checkpoints[earlier], by: key)
                    }
                }
            }
        }
    }

    @Test func `is refused to a history that was written anew`() throws {
        let log = try SampleLog(count: 9)
        let other = try SampleLog(count: 12, epoch: 2)
        let key = SampleLog.key.verifierKey
        for earlier in 1...9 {
            let proof = try other.consistency(from: earlier, to: 12)
            #expect(throws: ProofError.inconsistent) {
                try proof.verify(from: log.checkpoint(earlier), by: key)
            }
            try proof.verify(from: other.checkpoint(earlier), by: key)
        }
    }
}

struct `One byte that is changed` {
    /// Whatever byte is changed, and however: the result never means the same.
    @Test func `in a proof, a checkpoint or a key is refused, and crashes nothing`() throws {
        var random = SeededRandom(seed: testSeed(0x9262))
        let log = try SampleLog(count: 300)
        let key = SampleLog.key.verifierKey
        let earlier = try log.checkpoint(100).description
        let later = try log.consistency(from: 100, to: 300)
        let inclusions = try [0, 41, 255, 256, 299].map {
            try log.inclusion(of: $0, in: 300).description
        }
        let consistencies = try [64, 100, 299].map {
            try log.consistency(from: $0, to: 300).description
        }
        let checkpoint = try log.checkpoint(300).description
        var (accepted, count) = (0, 0)
        func change(_ text: String, _ times: Int, _ accept: ([UInt8]) throws(ProofError) -> Void) {
            for _ in 0..<times {
                var bytes = Array(text.utf8)
                let offset = random.below(bytes.count)
                bytes[offset] ^= UInt8(1 + random.below(255))
                count += 1
                if (try? accept(bytes)) != nil {
                    accepted += 1
                    Issue.record("byte \(offset) of \(text)")
                }
            }
        }
        for text in inclusions {
            change(text, 1200) { (altered) throws(ProofError) in
                _ = try Proof(bytes: altered).verify(by: key)
            }
        }
        for (text, size) in zip(consistencies, [64, 100, 299]) {
            let kept = try log.checkpoint(size)
            change(text, 1000) { (altered) throws(ProofError) in
                try ConsistencyProof(bytes: altered).verify(from: kept, by: key)
            }
        }
        change(checkpoint, 2000) { (altered) throws(ProofError) in
            try Checkpoint(SignedNote(bytes: altered[...])).verify(by: key)
        }
        change(earlier, 500) { (altered) throws(ProofError) in
            try later.verify(from: Checkpoint(SignedNote(bytes: altered[...])), by: key)
        }
        change(key.description, 1000) { (altered) throws(ProofError) in
            guard let text = String(validating: altered, as: UTF8.self) else {
                throw .malformedKey("it is not UTF-8")
            }
            _ = try VerifierKey(text)
        }
        #expect(accepted == 0)
        #expect(count >= 10_000)
    }

    /// Meaningless bits in the last digit of Base64, and characters that look the same.
    @Test func `is refused as well where the meaning stays`() throws {
        let log = try SampleLog(count: 4)
        let text = try log.inclusion(of: 1, in: 4).description
        for (spelling, other) in [
            ("\nindex 1\n", "\nindex 01\n"), ("\nindex 1\n", "\nindex +1\n"), ("\n\n", "\n\n\n"),
            ("\nindex 1\n", "\nindex  1\n"), ("=\n\n", "=\r\n\n"), ("\n4\n", "\n04\n"),
            ("example.com/contacts\n4", "example.com/contacts \n4"),
        ] {
            #expect(text.contains(spelling))
            let altered = text.replacing(spelling, with: other)
            #expect(throws: ProofError.self, "\(other)") {
                try Proof(altered).verify(by: SampleLog.key.verifierKey)
            }
        }
    }
}
