internal import Crypto
internal import Foundation

/// An Ed25519 key that signs checkpoints: to be kept where no one else can read it.
///
/// It has no description, so that it does not end up in a log by mistake.
public struct SigningKey: Sendable {
    /// The origin of the checkpoints that it signs.
    public let name: String
    private let key: Curve25519.Signing.PrivateKey

    private static let start = "PRIVATE+KEY+"

    /// Makes a new key.
    ///
    /// - Parameters:
    ///   - name: Without spaces and pluses, and preferably a name that no one else has, like
    ///     `example.com/contacts`.
    ///   - seed: 32 random bytes that no one can guess; from the system, if not given.
    public init(generating name: String, seed: [UInt8]? = nil) throws(ProofError) {
        guard StrictText.isName(name) else {
            throw .malformedKey("its name is empty, or has a space or a plus in it")
        }
        self.name = name
        guard let seed else {
            key = Curve25519.Signing.PrivateKey()
            return
        }
        do {
            key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        } catch {
            throw .malformedKey("its seed has not 32 bytes")
        }
    }

    /// Reads `PRIVATE+KEY+name+hash+key`.
    public init(_ text: String) throws(ProofError) {
        guard text.utf8.starts(with: Self.start.utf8) else {
            throw .malformedKey("it does not begin with \(Self.start)")
        }
        let parts = text.utf8.dropFirst(Self.start.utf8.count).split(
            separator: UInt8(ascii: "+"),
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard parts.count == 3 else { throw .malformedKey("it is not PRIVATE+KEY+name+hash+key") }
        let (algorithm, bytes) = try VerifierKey.material(ArraySlice(parts[2]))
        guard algorithm == VerifierKey.Kind.note.rawValue else {
            throw .malformedKey("it is not one of Ed25519")
        }
        try self.init(generating: String(parts[0]) ?? "", seed: bytes)
        try verifierKey.requireFit(hash: ArraySlice(parts[1]))
    }

    /// The public half.
    public var verifierKey: VerifierKey {
        VerifierKey(name: name, kind: .note, bytes: [UInt8](key.publicKey.rawRepresentation))
    }

    /// The key as it is written into its file, including the secret.
    public var secretText: String {
        let material = [VerifierKey.Kind.note.rawValue] + [UInt8](key.rawRepresentation)
        return "\(Self.start)\(name)+\(verifierKey.hashText)+\(StrictText.base64(of: material))"
    }

    /// Signs a text, which must end with a newline.
    package func sign(_ text: String) throws(ProofError) -> SignedNote {
        // Only what can be read back is signed.
        let note = SignedNote(text: text, signatures: [try signature(over: text)])
        return try SignedNote(note.description)
    }

    /// The signature over a text that ends with a newline.
    func signature(over text: String) throws(ProofError) -> NoteSignature {
        do {
            let bytes = try key.signature(for: Data(text.utf8))
            let id = verifierKey.id
            return NoteSignature(name: name, keyID: id, bytes: [UInt8](bytes))
        } catch {
            throw .malformedKey("nothing can be signed with it")
        }
    }
}
