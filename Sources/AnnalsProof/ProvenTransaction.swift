package import AnnalsLog
public import AnnalsSchema

/// A transaction that a proof has shown to be in the log.
public struct ProvenTransaction: Sendable {
    /// The number of the transaction, 1 for the first.
    public let number: UInt64
    /// When it was made, to the millisecond.
    public let time: Timestamp
    /// Raised when a history forks.
    public let epoch: UInt32
    /// 64 hexadecimal digits: it covers everything before.
    public let digest: String
    /// The client that made the call.
    public let origin: String
    /// The idempotency key of the call, as it was recorded; `nil` if it had none.
    public let idempotencyKey: String?
    /// How many events it has.
    public let eventCount: Int
    package let part: SealedPart
    private let values: [Int: [UInt8]]
    /// Definitions that were proven along with it: objects' codes, and the contents of their
    /// events.
    package internal(set) var definitions: [UInt16: [UInt8]] = [:]

    init(_ part: SealedPart, values: [Int: [UInt8]], digest: Digest) {
        self.digest = digest.description
        number = part.number
        time = part.time
        epoch = part.epoch
        origin = part.origin
        idempotencyKey = part.idempotencyKey.map { String(decoding: $0, as: UTF8.self) }
        eventCount = part.events.count
        self.part = part
        self.values = values
    }

    package func position(ofEvent index: Int) -> Position {
        part.firstPosition.advanced(by: index)
    }

    /// The values of an event; `nil` if the proof does not show them.
    package func values(ofEvent index: Int) -> [UInt8]? { values[index] }
}
