package import AnnalsLog
public import AnnalsSchema

/// A transaction of which a proof has shown that it is in the log.
public struct ProvenTransaction: Sendable {
    public let number: UInt64
    public let time: Timestamp
    /// Raised where a history forked.
    public let epoch: UInt32
    /// 64 hexadecimal digits: it covers all that was before.
    public let digest: String
    /// Through what it was done.
    public let origin: String
    public let idempotencyKey: String?
    public let eventCount: Int
    package let part: SealedPart
    private let values: [Int: [UInt8]]
    /// Definitions that were proven along with it: objects' codes, and what their events say.
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

    /// The values of an event; `nil` where the proof does not show them.
    package func values(ofEvent index: Int) -> [UInt8]? { values[index] }
}
