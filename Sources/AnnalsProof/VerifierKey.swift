internal import AnnalsBytes
internal import AnnalsLog
internal import Crypto
internal import Foundation

/// The public half of a key that signs notes, in the format of the C2SP's signed notes:
/// `name+hash+key`.
public struct VerifierKey: Hashable, Sendable {
    /// What its signatures cover.
    enum Kind: UInt8 {
        /// The text of the note.
        case note = 1
        /// The text of the note, and the time: the signature of a witness.
        case cosignature = 4
    }

    /// Who signs: the log's origin, or the name of a witness.
    public let name: String
    let kind: Kind
    private let bytes: [UInt8]

    init(name: String, kind: Kind, bytes: [UInt8]) {
        self.name = name
        self.kind = kind
        self.bytes = bytes
    }

    /// Reads `name+hash+key`.
    public init(_ text: String) throws(ProofError) {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "+"),
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard parts.count == 3 else { throw .malformedKey("it is not name+hash+key") }
        let (kind, bytes) = try Self.material(ArraySlice(parts[2]))
        guard let kind = Kind(rawValue: kind), bytes.count == Self.byteCount else {
            throw .malformedKey("it is not one of Ed25519")
        }
        self.init(name: String(parts[0]) ?? "", kind: kind, bytes: bytes)
        try requireFit(hash: ArraySlice(parts[1]))
    }

    static let byteCount = 32

    /// The algorithm, and the bytes of the key.
    static func material(
        _ base64: ArraySlice<UInt8>
    ) throws(ProofError) -> (algorithm: UInt8, bytes: [UInt8]) {
        do throws(ProofError) {
            let bytes = try StrictText.base64(base64)
            guard let algorithm = bytes.first else { throw .malformed("it is empty") }
            return (algorithm, Array(bytes.dropFirst()))
        } catch {
            throw .malformedKey("its last part is not base 64")
        }
    }

    /// Checks the hash of a written key against the key.
    func requireFit(hash: ArraySlice<UInt8>) throws(ProofError) {
        guard StrictText.isName(name) else {
            throw .malformedKey("its name is empty, or has a space or a plus in it")
        }
        guard hash.elementsEqual(hashText.utf8) else {
            throw .malformedKey("the hash in it is not its own")
        }
    }

    /// How a signature refers to the key, in addition to its name: not a secret, and easily forged.
    package var id: UInt32 {
        var writer = ByteWriter()
        writer.append(utf8: name)
        writer.append(StrictText.newline)
        writer.append(kind.rawValue)
        writer.append(bytes)
        var digest = ByteWriter()
        digest.append(Digest(of: writer.bytes.rawSpan))
        return (try? digest.bytes.rawSpan.uint32(at: 0)) ?? 0
    }

    /// The id in eight hexadecimal digits.
    var hashText: String { id.hexadecimal }

    /// Whether the key made `signature` over a note's text.
    func isValid(_ signature: ArraySlice<UInt8>, over text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return false
        }
        switch kind {
        case .note: return key.isValidSignature(Data(signature), for: Data(text.utf8))
        case .cosignature:
            guard let time = Self.time(of: signature) else { return false }
            let message = "cosignature/v1\ntime \(time)\n\(text)"
            return key.isValidSignature(Data(signature.dropFirst(8)), for: Data(message.utf8))
        }
    }

    /// When a witness signed, in seconds since 1970.
    private static func time(of signature: ArraySlice<UInt8>) -> Int64? {
        guard signature.count > 8, let time = try? Array(signature).rawSpan.int64(at: 0),
            time >= 0
        else { return nil }
        return time
    }
}

extension VerifierKey: CustomStringConvertible {
    /// The key as it is written and published.
    public var description: String {
        "\(name)+\(hashText)+\(StrictText.base64(of: [kind.rawValue] + bytes))"
    }
}
