/// A place in the history of a store, by which a consumer recognizes it.
///
/// Positions count from 1 in every history: after a restore to an earlier moment they are assigned
/// again, to other events. The digest of the transaction that contains the event covers everything
/// before it, so two places are the same if and only if their digests are.
public struct HistoryPoint: Hashable, Sendable {
    /// The store whose history it is.
    public let storeID: String
    /// The epoch of the transaction that contains the event: it is higher after a restore.
    public let epoch: UInt32
    /// Of the event; before the first of a history it has no digest.
    public let position: Position
    /// The digest of the transaction that contains the event, 64 hexadecimal digits.
    public let digest: String

    /// A point as a consumer has kept it.
    public init(storeID: String, epoch: UInt32, position: Position, digest: String) {
        self.storeID = storeID
        self.epoch = epoch
        self.position = position
        self.digest = digest
    }
}

extension HistoryPoint: CustomStringConvertible {
    /// The position and the beginning of the digest, such as `4711@0bcfde0a12345678`.
    public var description: String { "\(position)@\(digest.prefix(Self.shortDigestCount))" }

    /// Digits of a digest that are enough to distinguish histories of one store.
    package static let shortDigestCount = 16
}
