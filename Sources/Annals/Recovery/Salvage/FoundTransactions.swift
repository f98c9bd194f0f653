internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

/// The frames of a log that were found in a damaged file, and the transactions that they form.
struct FoundTransactions {
    private struct Place {
        let frame: FoundFrame
        let isCurrent: Bool
        let place: EntryPlace
    }

    /// A transaction that verifies.
    struct Candidate {
        let transaction: StoredTransaction
        let isCurrent: Bool
        fileprivate let erasedCount: Int
    }

    /// How many ways to join frames are tried: more than one only if frames of two transactions
    /// with the same number were found.
    private static let attemptCountMax = 64
    private static let lookaheadMax: UInt64 = 1000

    private let scan: PageScan
    private var places: [Place] = []
    private var starts: [UInt64: Int] = [:]
    /// The contents of a journal, by number.
    private var journaled: [UInt64: [StoredTransaction]] = [:]
    /// The numbers for which there is a frame, ascending.
    private(set) var numbers: [UInt64] = []

    init(in scan: PageScan) { self.scan = scan }

    mutating func add(_ frame: FoundFrame, _ place: EntryPlace, isCurrent: Bool) {
        places.append(Place(frame: frame, isCurrent: isCurrent, place: place))
    }

    mutating func add(_ journaled: [StoredTransaction]) {
        self.journaled = Dictionary(grouping: journaled, by: \.number)
    }

    /// Finishes adding.
    mutating func sort() {
        func key(_ place: Place) -> (UInt64, UInt16, UInt16, UInt8, UInt32) {
            let frame = place.frame
            return (
                frame.number, frame.frameCount, frame.frame, place.isCurrent ? 0 : 1, frame.checksum
            )
        }
        places.sort { key($0) < key($1) }
        for (index, place) in places.enumerated() where starts[place.frame.number] == nil {
            starts[place.frame.number] = index
        }
        numbers = Set(starts.keys).union(journaled.keys).sorted()
    }

    /// Every transaction of this number that verifies by itself; the best one first.
    ///
    /// Of two that differ in removed values the one without them comes first: what was erased stays
    /// erased.
    func candidates(for number: UInt64) -> [Candidate] {
        var candidates = (journaled[number] ?? []).compactMap { candidate($0, isCurrent: true) }
        var index = starts[number] ?? places.count
        while index < places.count, places[index].frame.number == number {
            let frameCount = places[index].frame.frameCount
            let end =
                places[index...].firstIndex {
                    $0.frame.number != number || $0.frame.frameCount != frameCount
                } ?? places.count
            defer { index = end }
            // Nothing is allocated for frames that were not found.
            guard end - index >= Int(frameCount) else { continue }
            var variants = [[Place]](repeating: [], count: Int(frameCount))
            for place in places[index..<end] {
                let known = variants[Int(place.frame.frame)]
                if !known.contains(where: { $0.frame.checksum == place.frame.checksum }) {
                    variants[Int(place.frame.frame)].append(place)
                }
            }
            candidates += self.candidates(of: variants, number)
        }
        return candidates.sorted {
            ($0.erasedCount, $0.isCurrent ? 1 : 0) > ($1.erasedCount, $1.isCurrent ? 1 : 0)
        }
    }

    private func candidates(of variants: [[Place]], _ number: UInt64) -> [Candidate] {
        guard variants.allSatisfy({ !$0.isEmpty }) else { return [] }
        var candidates: [Candidate] = []
        var choice = [Int](repeating: 0, count: variants.count)
        for _ in 0..<Self.attemptCountMax {
            let chosen = zip(variants, choice).map { $0[$1] }
            if let candidate = candidate(of: chosen, number) { candidates.append(candidate) }
            guard
                let frame = choice.indices.first(where: { choice[$0] + 1 < variants[$0].count })
            else { break }
            choice[frame] += 1
            for earlier in 0..<frame { choice[earlier] = 0 }
        }
        return candidates
    }

    private func candidate(of frames: [Place], _ number: UInt64) -> Candidate? {
        var bytes: [UInt8] = []
        for frame in frames {
            let part: [UInt8]? = scan.withEntry(at: frame.place) { key, value in
                FoundFrame(key: key, value: value) == frame.frame
                    ? FoundFrame.part(of: value) : nil
            }
            guard let part else { return nil }
            bytes += part
        }
        guard let transaction = try? StoredTransaction(decoding: bytes),
            transaction.number == number
        else { return nil }
        return candidate(transaction, isCurrent: frames.allSatisfy(\.isCurrent))
    }

    private func candidate(_ transaction: StoredTransaction, isCurrent: Bool) -> Candidate? {
        guard transaction.firstAlteredEvent() == nil else { return nil }
        return Candidate(
            transaction: transaction,
            isCurrent: isCurrent,
            erasedCount: transaction.events.count(where: \.isErased)
                + (transaction.isAnswerErased ? 1 : 0)
        )
    }

    /// The transaction that follows the end of a log, or `nil` if none fits.
    ///
    /// If several fit, the one from which the log continues the furthest, of those the one in use.
    func successor(of check: LogCheck) -> Candidate? {
        let fitting = candidates(for: check.head.number + 1).filter {
            var check = check
            return check.accept($0.transaction, checkingValues: false) == nil
        }
        guard let first = fitting.first,
            fitting.contains(where: { $0.transaction.digest != first.transaction.digest })
        else { return fitting.first }
        return fitting.max {
            (reach($0), $0.isCurrent ? 1 : 0) < (reach($1), $1.isCurrent ? 1 : 0)
        }
    }

    /// The last erasure of each record, of those recorded in the chain from the first transaction
    /// on, and in what verifies after its end.
    ///
    /// An old copy of a transaction may still have values that have been erased since: they are not
    /// taken from it, even if the erasure itself cannot be replayed.
    func erasures(progress: (UInt64) -> Bool) -> [RecordKey: Position]? {
        var erasures: [RecordKey: Position] = [:]
        func add(_ transaction: StoredTransaction) {
            for (index, event) in transaction.events.enumerated() where event.kind.takesValues {
                let position = transaction.position(ofEvent: index)
                erasures[event.key] = max(erasures[event.key] ?? position, position)
            }
        }
        var check = LogCheck()
        while let next = successor(of: check)?.transaction {
            guard progress(next.number) else { return nil }
            _ = check.accept(next, checkingValues: false)
            add(next)
        }
        for number in numbers where number > check.head.number {
            guard progress(number) else { return nil }
            if let candidate = candidates(for: number).first { add(candidate.transaction) }
        }
        return erasures
    }

    /// How far the log continues.
    private func reach(_ candidate: Candidate) -> UInt64 {
        var digest = candidate.transaction.digest
        var reach: UInt64 = 0
        while reach < Self.lookaheadMax {
            let number = candidate.transaction.number + reach + 1
            let next = candidates(for: number).first { $0.transaction.previousDigest == digest }
            guard let next else { break }
            digest = next.transaction.digest
            reach += 1
        }
        return reach
    }
}
