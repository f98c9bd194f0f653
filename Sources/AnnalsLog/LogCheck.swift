package import AnnalsSchema

/// Walks along the log and checks every transaction against its predecessor.
package struct LogCheck: Sendable {
    package private(set) var head: LogHead
    /// After which event the check began.
    private let start: Position
    /// Records with events whose values are gone, and no event yet that explains it.
    private var unexplained: [RecordKey: Position] = [:]
    /// Transactions whose answers are gone, with the records whose erasures may have removed them,
    /// and no such erasure yet.
    private var goneAnswers: [UInt64: Set<RecordKey>] = [:]
    /// The same by record.
    private var goneAnswersOf: [RecordKey: [UInt64]] = [:]

    /// - Parameter head: The end of a log that was found sound; the beginning, if not given.
    package init(after head: LogHead = LogHead()) {
        self.head = head
        start = head.lastPosition
    }

    /// - Parameter checksValues: Whether values are checked against their digests, which is most of
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
            if event.kind.takesValues { explain(event.key) }
        }
        // After its events: no transaction erases its own answer.
        // What is before the beginning may have removed values without being seen here.
        let isPartlySeen =
            start > .beforeFirst
            && transaction.events.contains { $0.previous > .beforeFirst && $0.previous <= start }
        if transaction.isAnswerErased, !isPartlySeen {
            let records = Set(transaction.events.map(\.key))
            goneAnswers[transaction.number] = records
            for record in records { goneAnswersOf[record, default: []].append(transaction.number) }
        }
        head = LogHead(transaction)
        return nil
    }

    /// Handles an event that removes the record's values.
    private mutating func explain(_ record: RecordKey) {
        unexplained[record] = nil
        for number in goneAnswersOf.removeValue(forKey: record) ?? [] {
            for other in goneAnswers.removeValue(forKey: number) ?? [] where other != record {
                goneAnswersOf[other]?.removeAll { $0 == number }
            }
        }
    }

    /// Records whose values are gone though no event so far explains it: that may come later in a
    /// longer log.
    package var unexplainedRecords: [RecordKey] { unexplained.keys.sorted() }

    /// What is wrong if the log ends here, or `nil`.
    package var findingAtEnd: String? {
        if let position = unexplained.values.min() {
            return "the values of event \(position) are gone, and no event explains it"
        }
        return goneAnswers.keys.min().map {
            "the answer of transaction \($0) is gone, and no event explains it"
        }
    }
}
