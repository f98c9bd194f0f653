internal import AnnalsBytes
package import AnnalsLog

/// What a log was at one moment, signed: how many transactions it had, and the root of the Merkle
/// tree over them, in the form of the C2SP's checkpoints.
///
/// Someone who keeps a checkpoint can tell later whether the log still begins with the same
/// transactions: nothing before it can be altered, left out or moved without being noticed.
public struct Checkpoint: Hashable, Sendable {
    /// Which log.
    public let origin: String
    /// How many transactions the log had.
    public let size: UInt64
    package let root: Digest
    package private(set) var note: SignedNote

    /// Reads a signed note; `verify(by:)` checks that the log signed it.
    public init(_ note: String) throws(ProofError) { try self.init(SignedNote(note)) }

    package init(_ note: SignedNote) throws(ProofError) {
        let lines = try StrictText.lines(Array(note.text.utf8)[...])
        // Lines of other kinds may follow, and are ignored here.
        guard lines.count >= 3, !lines.contains(where: \.isEmpty) else {
            throw .malformed("a checkpoint is not an origin, a size and a root")
        }
        origin = try StrictText.text(lines[0])
        size = try StrictText.number(lines[1])
        root = try StrictText.digest(lines[2])
        self.note = note
    }

    /// Signs the state of the tree; the key's name is the origin.
    package init(size: UInt64, root: Digest, signedWith key: SigningKey) throws(ProofError) {
        origin = key.name
        self.size = size
        self.root = root
        let text = "\(key.name)\n\(size)\n\(StrictText.base64(of: root))\n"
        note = SignedNote(text: text, signatures: [try key.signature(over: text)])
    }

    /// The root of the tree: 32 bytes.
    package var rootBytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(root)
        return writer.bytes
    }

    /// Checks the checkpoint against the key of the log that it should belong to.
    ///
    /// - Parameters:
    ///   - key: The key that is trusted.
    ///   - origin: The log's origin; the key's name, if not given.
    public func verify(by key: VerifierKey, origin: String? = nil) throws(ProofError) {
        try note.verify(by: key)
        let expected = origin ?? key.name
        guard StrictText.isSame(self.origin, expected) else {
            throw .wrongOrigin(expected: expected, found: self.origin)
        }
    }

    /// Adds the signature of a witness: a line as returned by a witness.
    ///
    /// - Parameters:
    ///   - line: `— name base64`, with its newline.
    ///   - key: The witness's key; the line is rejected if that key did not make it.
    public mutating func add(cosignature line: String, by key: VerifierKey) throws(ProofError) {
        let lines = try StrictText.lines(Array(line.utf8)[...])
        guard lines.count == 1 else { throw .malformed("it is not one line") }
        let signature = try NoteSignature(lines[0])
        try SignedNote(text: note.text, signatures: [signature]).verify(by: key)
        try note.add(signature)
    }
}

extension Checkpoint: CustomStringConvertible {
    /// The signed note.
    public var description: String { note.description }
}
