internal import AnnalsBytes

/// A line below a note: who signed it, with which key.
struct NoteSignature: Hashable, Sendable {
    let name: String
    let keyID: UInt32
    let bytes: [UInt8]

    private static let start: [UInt8] = Array("— ".utf8)

    init(name: String, keyID: UInt32, bytes: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.bytes = bytes
    }

    /// Reads a line, without its newline.
    init(_ line: ArraySlice<UInt8>) throws(ProofError) {
        guard line.starts(with: Self.start) else {
            throw .malformed("a line among the signatures is none")
        }
        let parts = line.dropFirst(Self.start.count).split(
            separator: UInt8(ascii: " "),
            omittingEmptySubsequences: false
        )
        guard parts.count == 2 else { throw .malformed("a signature is not a name and base 64") }
        name = try StrictText.text(parts[0])
        guard StrictText.isName(name) else { throw .malformed("the name of a key is none") }
        let decoded = try StrictText.base64(parts[1])
        guard decoded.count > 4, let id = try? decoded.rawSpan.uint32(at: 0) else {
            throw .malformed("a signature is too short")
        }
        keyID = id
        bytes = Array(decoded.dropFirst(4))
    }

    var line: String {
        var writer = ByteWriter()
        writer.append(keyID)
        writer.append(bytes)
        return "— \(name) \(StrictText.base64(of: writer.bytes))\n"
    }
}

/// A text and the signatures below it, in the form of the C2SP's signed notes.
package struct SignedNote: Hashable, Sendable {
    /// What is signed; it ends with a newline.
    package let text: String
    private(set) var signatures: [NoteSignature]

    /// Longer notes are rejected, and so are those with more signatures.
    static let byteCountMax = 1 << 20
    static let signatureCountMax = 64

    init(text: String, signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Reads a note; ``verify(by:)`` checks that it is signed by someone who is trusted.
    package init(_ note: String) throws(ProofError) { try self.init(bytes: Array(note.utf8)[...]) }

    /// Reads a note from the bytes of a file.
    package init(bytes: ArraySlice<UInt8>) throws(ProofError) {
        guard bytes.count <= Self.byteCountMax else { throw .malformed("the note is too long") }
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == StrictText.newline }) else {
            throw .malformed("the note has characters that do not show")
        }
        let lines = try StrictText.lines(bytes)
        guard let blank = lines.lastIndex(where: \.isEmpty), blank > 0 else {
            throw .malformed("no empty line parts the note from its signatures")
        }
        let count = lines.count - blank - 1
        guard (1...Self.signatureCountMax).contains(count) else {
            throw .malformed("the note is not signed, or by too many")
        }
        text = try StrictText.text(bytes[..<lines[blank].startIndex])
        signatures = []
        for line in lines[(blank + 1)...] {
            let signature = try NoteSignature(line)
            guard !signatures.contains(where: { $0.isOfSameKey(as: signature) }) else {
                throw .malformed("a key has signed the note twice")
            }
            signatures.append(signature)
        }
    }

    /// The note as it is written.
    package var description: String { text + "\n" + signatures.map(\.line).joined() }

    /// Who signed the note according to itself; this has not been verified.
    package var signers: [String] { signatures.map(\.name) }

    /// Checks the note against a trusted key; signatures by others do not count.
    package func verify(by key: VerifierKey) throws(ProofError) {
        let id = key.id
        let own = signatures.first { $0.keyID == id && StrictText.isSame($0.name, key.name) }
        guard let own else { throw .unsigned(key: key.description) }
        guard key.isValid(own.bytes[...], over: text) else {
            throw .wrongSignature(key: key.description)
        }
    }

    /// Adds a signature line, for example one returned by a witness.
    mutating func add(_ signature: NoteSignature) throws(ProofError) {
        guard signatures.count < Self.signatureCountMax,
            !signatures.contains(where: { $0.isOfSameKey(as: signature) })
        else { throw .malformed("a key has signed the note twice, or too many have") }
        signatures.append(signature)
    }
}

extension SignedNote: CustomStringConvertible {}

extension NoteSignature {
    fileprivate func isOfSameKey(as other: NoteSignature) -> Bool {
        keyID == other.keyID && StrictText.isSame(name, other.name)
    }
}
