package import AnnalsSchema

/// Walks along the log and holds every transaction against the one before it.
package struct LogCheck: Sendable {
    package private(set) var head: LogHead
    /// Records with events whose values are gone, and no event yet that tells why.
    private var unexplained: [RecordKey: Position] = [:]

    /// - Parameter head: The end of a log that was found sound; the beginning, if not given.
    package init(after head: LogHead = LogHead()) { self.head = head }

    /// - Parameter checksValues: Whether values are held against their digests, which is most of
    ///   the work.
    /// - Returns: What is wrong with `transaction` as the next of the log, or `nil`.
    package mutating func accept(
        _ transaction: StoredTransaction,
        checkingValues checksValues: Bool = true
    ) -> String? {
        guard transaction.number == head.number + 1 else { return "transaction numbers have a gap" }
        guard transaction.firstPosition.ordinal == head.lastPosition.ordinal + 1 else {
            return "event positions have a gap"
        }
        guard transaction.time >= head.time else { return "a commit time goes back" }
        guard transaction.epoch >= head.epoch else { return "an epoch goes back" }
        guard transaction.previousDigest == head.digest else {
            return "the digest of the transaction before does not fit"
        }
        if checksValues, let event = transaction.firstAlteredEvent() {
            return event < 0
                ? "the recorded results do not have their digest"
                : "the values of event \(transaction.position(ofEvent: event)) do not have their "
                    + "digest"
        }
        for (index, event) in transaction.events.enumerated() {
            let position = transaction.position(ofEvent: index)
            guard event.previous < position else {
                return "an event names a later one as the one before"
            }
            if event.isErased { unexplained[event.key] = position }
            if event.kind.takesValues { unexplained[event.key] = nil }
        }
        head = LogHead(transaction)
        return nil
    }

    /// Records whose values are gone though no event so far tells why: that may come later in a
    /// longer log.
    package var unexplainedRecords: [RecordKey] { unexplained.keys.sorted() }

    /// What is wrong where the log ends here, or `nil`.
    package var findingAtEnd: String? {
        guard let position = unexplained.values.min() else { return nil }
        return "the values of event \(position) are gone, and no event tells why"
    }
}
