/// Why a key, a note, a checkpoint or a proof was rejected.
public enum ProofError: Error, Hashable, Sendable {
    /// The text does not have the form that it should.
    case malformed(String)
    /// The key does not have the form of one, or its parts do not match.
    case malformedKey(String)
    /// No signature of the note is by this key.
    case unsigned(key: String)
    /// A signature that names this key was not made by it.
    case wrongSignature(key: String)
    /// The checkpoint is of another log.
    case wrongOrigin(expected: String, found: String)
    /// The digests do not lead to the root of the checkpoint.
    case notIncluded
    /// The later tree does not begin with the earlier one.
    case inconsistent
    /// The proof carries nothing of its transaction that could be checked against the tree.
    case withoutTransaction
    /// The transaction that comes with the proof is not what it says.
    case wrongTransaction(String)
}

extension ProofError: CustomStringConvertible {
    /// A sentence for people.
    public var description: String {
        switch self {
        case .malformed(let finding): "The text is malformed: \(finding)."
        case .malformedKey(let finding): "The key is malformed: \(finding)."
        case .unsigned(let key): "There is no signature by the key \(key)."
        case .wrongSignature(let key): "The signature by the key \(key) is wrong."
        case .wrongOrigin(let expected, let found):
            "The checkpoint is of the log \(found), not of \(expected)."
        case .notIncluded: "The transaction is not in the tree of the checkpoint."
        case .inconsistent: "The later tree does not begin with the earlier one."
        case .withoutTransaction: "The proof does not carry its transaction."
        case .wrongTransaction(let finding): "The transaction is not as it should be: \(finding)."
        }
    }
}
