package import AnnalsLog
internal import AnnalsSchema

/// Proves that a transaction is in the log of a checkpoint, in the form of the C2SP's proofs of
/// transparency logs: a text that is verified without the store.
///
/// What it carries in addition to the digests, and what it then shows, is checked against the tree
/// as well: nothing in it has to be trusted.
public struct Proof: Hashable, Sendable {
    /// How many transactions come before this one.
    public let index: UInt64
    package let path: [Digest]
    package let contents: ProofContents?
    /// The checkpoint of the log that it belongs to.
    public let checkpoint: Checkpoint

    private static let head = "c2sp.org/tlog-proof@v1"
    /// Longer proofs are rejected.
    static let byteCountMax = 1 << 30

    package init(
        index: UInt64,
        path: [Digest],
        contents: ProofContents?,
        checkpoint: Checkpoint
    ) {
        self.index = index
        self.path = path
        self.contents = contents
        self.checkpoint = checkpoint
    }

    /// Reads a proof; ``verify(by:origin:)`` checks it.
    public init(_ text: String) throws(ProofError) { try self.init(bytes: Array(text.utf8)) }

    /// Reads a proof from the bytes of a file.
    public init(bytes: [UInt8]) throws(ProofError) {
        guard bytes.count <= Self.byteCountMax else { throw .malformed("the proof is too long") }
        var lines = try StrictText.lines(bytes[...])[...]
        guard let first = lines.popFirst(), first.elementsEqual(Self.head.utf8) else {
            throw .malformed("it does not begin with \(Self.head)")
        }
        var extra: [UInt8]?
        if let line = lines.first, line.starts(with: "extra ".utf8) {
            lines.removeFirst()
            extra = try StrictText.base64(line.dropFirst("extra ".utf8.count))
        }
        guard let line = lines.popFirst(), line.starts(with: "index ".utf8) else {
            throw .malformed("it does not contain the index")
        }
        index = try StrictText.number(line.dropFirst("index ".utf8.count))
        let note = try DigestLines(&lines)
        path = note.digests
        contents = try extra.map { bytes throws(ProofError) in try ProofContents(decoding: bytes) }
        checkpoint = try Checkpoint(SignedNote(bytes: bytes[note.end...]))
    }

    /// Checks the proof against the key of the log that it should belong to.
    ///
    /// - Parameters:
    ///   - key: The key that is trusted.
    ///   - origin: The log's origin; the key's name, if not given.
    /// - Returns: The transaction, with the values that the proof shows.
    public func verify(
        by key: VerifierKey,
        origin: String? = nil
    ) throws(ProofError) -> ProvenTransaction {
        try checkpoint.verify(by: key, origin: origin)
        return try requireInclusion()
    }

    /// Checks the proof against its checkpoint, whoever signed that.
    package func requireInclusion() throws(ProofError) -> ProvenTransaction {
        guard let contents else { throw .withoutTransaction }
        var proven = try verify(contents.transaction, path)
        guard proven.number == index + 1 else {
            throw .wrongTransaction("its number is not the one in the proof")
        }
        for definition in contents.definitions {
            let defining = try verify(definition.transaction, definition.path)
            guard defining.number <= proven.number else {
                throw .wrongTransaction("a definition is newer than what it is to define")
            }
            for (index, event) in defining.part.events.enumerated() where event.kind == .defined {
                proven.definitions[event.key.object] = defining.values(ofEvent: index)
            }
        }
        return proven
    }

    /// Checks a transaction's own bytes against the root.
    private func verify(
        _ carried: CarriedTransaction,
        _ path: [Digest]
    ) throws(ProofError) -> ProvenTransaction {
        let proven = try carried.opened()
        let root = MerkleProof.root(
            leaf: carried.leaf,
            index: proven.number - 1,
            size: checkpoint.size,
            path: path
        )
        guard root == checkpoint.root else { throw .notIncluded }
        return proven
    }
}

extension Proof: CustomStringConvertible {
    /// The proof as it is written into a file.
    public var description: String {
        let extra = contents.map { "extra \(StrictText.base64(of: $0.bytes))\n" } ?? ""
        let path = path.map { StrictText.base64(of: $0) + "\n" }.joined()
        return "\(Self.head)\n\(extra)index \(index)\n\(path)\n\(checkpoint)"
    }
}

/// Digests, one a line, up to an empty line.
struct DigestLines {
    let digests: [Digest]
    /// Where the line begins that follows the empty one.
    let end: Int

    init(_ lines: inout ArraySlice<ArraySlice<UInt8>>) throws(ProofError) {
        var digests: [Digest] = []
        while let line = lines.popFirst() {
            if line.isEmpty {
                self.digests = digests
                end = line.startIndex + 1
                return
            }
            // More than a tree of any size has above a leaf.
            guard digests.count < 64 else { throw .malformed("it has too many digests") }
            digests.append(try StrictText.digest(line))
        }
        throw .malformed("no empty line parts the digests from the checkpoint")
    }
}
