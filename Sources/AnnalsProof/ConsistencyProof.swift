package import AnnalsLog

/// Proves that a log still begins with the contents of an earlier checkpoint, in the form in which
/// the C2SP's witnesses are asked to sign a checkpoint: a text that is verified without the store.
public struct ConsistencyProof: Hashable, Sendable {
    /// The size of the earlier tree.
    public let earlierSize: UInt64
    package let path: [Digest]
    /// The later checkpoint.
    public let checkpoint: Checkpoint

    package init(earlierSize: UInt64, path: [Digest], checkpoint: Checkpoint) {
        self.earlierSize = earlierSize
        self.path = path
        self.checkpoint = checkpoint
    }

    /// Reads a proof; ``verify(from:by:origin:)`` checks it.
    public init(_ text: String) throws(ProofError) { try self.init(bytes: Array(text.utf8)) }

    /// Reads a proof from the bytes of a file.
    public init(bytes: [UInt8]) throws(ProofError) {
        var lines = try StrictText.lines(bytes[...])[...]
        guard let first = lines.popFirst(), first.starts(with: "old ".utf8) else {
            throw .malformed("it does not begin with the earlier size")
        }
        earlierSize = try StrictText.number(first.dropFirst("old ".utf8.count))
        let note = try DigestLines(&lines)
        path = note.digests
        checkpoint = try Checkpoint(SignedNote(bytes: bytes[note.end...]))
    }

    /// Checks the proof against the earlier checkpoint, which someone has kept, and both against
    /// the key of the log.
    ///
    /// - Parameters:
    ///   - earlier: The checkpoint that the later one must continue.
    ///   - key: The key that is trusted.
    ///   - origin: The log's origin; the key's name, if not given.
    public func verify(
        from earlier: Checkpoint,
        by key: VerifierKey,
        origin: String? = nil
    ) throws(ProofError) {
        try earlier.verify(by: key, origin: origin)
        try checkpoint.verify(by: key, origin: origin)
        let isConsistent =
            earlier.size == earlierSize
            && MerkleProof.isConsistent(
                from: earlierSize,
                earlier.root,
                to: checkpoint.size,
                checkpoint.root,
                path: path
            )
        guard isConsistent else { throw .inconsistent }
    }
}

extension ConsistencyProof: CustomStringConvertible {
    /// The proof as it is written into a file.
    public var description: String {
        let path = path.map { StrictText.base64(of: $0) + "\n" }.joined()
        return "old \(earlierSize)\n\(path)\n\(checkpoint)"
    }
}
