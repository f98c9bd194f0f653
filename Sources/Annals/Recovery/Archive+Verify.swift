public import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

/// What a verification of an archive has read, and found.
public struct ArchiveReport: Sendable, Hashable {
    /// The folder of the archive.
    public let path: String
    /// The identity of the store; `nil` if the archive is empty.
    public let storeID: String?
    /// How many files were read.
    public let segments: Int
    /// How many transactions were read.
    public let transactions: UInt64
    /// How many events were read.
    public let events: Int
    /// Files that no reader needs, and that the next run removes.
    public let superseded: Int
    /// What is wrong; empty if the archive is correct.
    public let findings: [String]

    /// Whether nothing is wrong.
    public var isClean: Bool { findings.isEmpty }
}

extension Archive {
    /// Reads every segment of an archive: each must have the digests that it names, each
    /// transaction must follow its predecessor, all values must match their digests, and no value
    /// may be left that a later transaction has removed.
    ///
    /// - Parameters:
    ///   - folder: The archive.
    ///   - progress: Called with how many of how many transactions have been read, on another
    ///     thread.
    /// - Throws: ``StoreError/interrupted`` if the task was cancelled.
    public static func verify(
        at folder: String,
        progress: @escaping @Sendable (WorkProgress) -> Void = { _ in }
    ) async throws(StoreError) -> ArchiveReport {
        try await LongWork.run(progress) { (monitor) throws(StoreError) in
            try verify(at: folder) { monitor.report(.log, $0, of: $1) }
        }
    }

    private static func verify(
        at folder: String,
        _ progress: (_ done: UInt64, _ of: UInt64) -> Bool
    ) throws(StoreError) -> ArchiveReport {
        try recovered { () throws(RecoveryError) in
            var verifier = ArchiveVerifier()
            let archive: Archive
            do throws(RecoveryError) {
                archive = try Archive(reading: folder)
            } catch {
                switch error {
                case .nothing, .storage, .interrupted: throw error
                default: return verifier.report(folder, nil, error)
                }
            }
            if let gap = archive.gap {
                verifier.note("transaction \(gap) is missing, and later ones are there")
            }
            do throws(RecoveryError) {
                try verifier.read(archive, progress)
            } catch {
                switch error {
                case .damaged: return verifier.report(folder, archive, error)
                default: throw error
                }
            }
            return verifier.report(folder, archive, nil)
        }
    }
}

private struct ArchiveVerifier {
    /// More would tell the user nothing new.
    private static let findingCountMax = 50

    private var findings: [String] = []
    private var transactionCount: UInt64 = 0
    private var eventCount = 0

    mutating func note(_ finding: String) {
        if findings.count < Self.findingCountMax { findings.append(finding) }
    }

    mutating func read(
        _ archive: Archive,
        _ progress: (UInt64, UInt64) -> Bool
    ) throws(RecoveryError) {
        guard let first = archive.segments.first?.header, let last = archive.segments.last?.header
        else { return }
        // The last transaction that has removed a record's values.
        var taken: [RecordKey: UInt64] = [:]
        for erasure in try archive.erasures() {
            taken[erasure.key] = max(taken[erasure.key] ?? 0, erasure.transaction)
        }
        var check = LogCheck(after: first.before)
        for segment in archive.segments {
            guard progress(check.head.number - first.before.number, last.last - first.before.number)
            else { throw .interrupted }
            for transaction in try segment.transactions() {
                if let finding = check.accept(transaction) {
                    note("\(segment.path): transaction \(transaction.number): \(finding)")
                    return
                }
                transactionCount += 1
                eventCount += transaction.events.count
                noteErasedValues(of: transaction, in: segment, taken)
            }
        }
        if let finding = check.findingAtEnd { note(finding) }
        // No reader needs these, so that damage does not matter, but whoever has the folder has what
        // they contain.
        for segment in archive.superseded {
            let transactions: [StoredTransaction]
            do throws(RecoveryError) {
                transactions = try segment.transactions()
            } catch .damaged {
                continue
            }
            for transaction in transactions {
                noteErasedValues(of: transaction, in: segment, taken)
            }
        }
    }

    private mutating func noteErasedValues(
        of transaction: StoredTransaction,
        in segment: Segment,
        _ taken: [RecordKey: UInt64]
    ) {
        for (index, event) in transaction.events.enumerated()
        where event.kind.carriesValues && !event.isErased
            && transaction.number < taken[event.key] ?? 0
        {
            note(
                "\(segment.path): event \(transaction.position(ofEvent: index)) has values "
                    + "that were erased later; run annals archive"
            )
        }
    }

    func report(
        _ path: String,
        _ archive: Archive?,
        _ error: RecoveryError?
    ) -> ArchiveReport {
        ArchiveReport(
            path: path,
            storeID: archive?.storeID,
            segments: archive?.segmentCount ?? 0,
            transactions: transactionCount,
            events: eventCount,
            superseded: archive?.superseded.count ?? 0,
            findings: findings + (error.map { [$0.description] } ?? [])
        )
    }
}
