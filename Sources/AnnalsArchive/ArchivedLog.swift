internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog
internal import Synchronization

/// What has left the log of a store, read from the archive that was given.
///
/// A walk along it visits each segment once; a few stay decompressed, so that following a record's
/// life or searching does not decompress them again at every step. Other processes may append to
/// the archive at the same time, merge its segments and erase from them: it is then listed again.
package final class ArchivedLog: EarlierTransactions {
    /// How many segments are kept decompressed: some megabytes each.
    private static let unfoldedMax = 4

    private struct Unfolded {
        let segment: Segment
        let transactions: [StoredTransaction]
    }

    private struct State {
        var archive: Archive?
        /// The most recently used one is the last.
        var unfolded: [Unfolded] = []
    }

    private let path: String
    private let storeID: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - path: The folder of the archive; it is read when it is needed.
    ///   - storeID: The store whose archive it must be.
    package init(at path: String, of storeID: String) {
        self.path = path
        self.storeID = storeID
    }

    /// Fails if there is no archive of the store at all.
    package func requireAny() throws(StorageError) {
        try reading { (state) throws(RecoveryError) in _ = try archive(&state) }
    }

    package func requireAll(through base: LogHead) throws(StorageError) {
        let found = try transaction(base.number)
        guard found.digest == base.digest else {
            throw unsuitable("transaction \(base.number) is another one there")
        }
        _ = try transaction(1)
    }

    package func transaction(_ number: UInt64) throws(StorageError) -> StoredTransaction {
        try reading { (state) throws(RecoveryError) in
            let archive = try archive(&state)
            guard let segment = archive.segment(holding: number) else {
                throw .missing(transaction: number)
            }
            let transactions = try unfold(segment, &state)
            return transactions[Int(number - segment.header.first)]
        }
    }

    package func firstNumber(
        where isBehind: (LogEnd) -> Bool
    ) throws(StorageError) -> UInt64 {
        try reading { (state) throws(RecoveryError) in
            let segments = try archive(&state).segments
            // Few enough to be checked one by one, without decompressing any.
            guard let segment = segments.first(where: { isBehind(LogEnd($0.header.after)) }) else {
                throw .missing(transaction: (segments.last?.header.last ?? 0) + 1)
            }
            let transactions = try unfold(segment, &state)
            var (low, high) = (0, transactions.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if isBehind(LogEnd(transactions[middle])) {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            return transactions[low].number
        }
    }

    /// Reads, and tries once more if the archive was changed in the meantime.
    private func reading<T: Sendable>(
        _ read: (inout State) throws(RecoveryError) -> T
    ) throws(StorageError) -> T {
        let result = state.withLock { state in
            do throws(RecoveryError) {
                return Result<T, RecoveryError>.success(try read(&state))
            } catch {
                state = State()
            }
            do throws(RecoveryError) {
                return .success(try read(&state))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(.storage(let error)): throw error
        case .failure(.nothing): throw unsuitable("there is no archive")
        case .failure(let error): throw unsuitable(error.description)
        }
    }

    private func unsuitable(_ finding: String) -> StorageError {
        .unsuitableArchive(path: path, finding: finding)
    }

    private func archive(_ state: inout State) throws(RecoveryError) -> Archive {
        if let archive = state.archive { return archive }
        let archive = try Archive(reading: path)
        guard let found = archive.storeID else { throw .nothing(path: path) }
        guard found == storeID else {
            throw .foreignStore(path: path, expected: storeID, found: found)
        }
        state.archive = archive
        return archive
    }

    /// The transactions of a segment, checked against one another and against their digests.
    private func unfold(
        _ segment: Segment,
        _ state: inout State
    ) throws(RecoveryError) -> [StoredTransaction] {
        if let index = state.unfolded.firstIndex(where: { $0.segment == segment }) {
            let found = state.unfolded.remove(at: index)
            state.unfolded.append(found)
            return found.transactions
        }
        let transactions = try segment.transactions()
        var check = LogCheck(after: segment.header.before)
        for transaction in transactions {
            if let finding = check.accept(transaction) {
                throw .damaged(file: segment.path, finding: finding)
            }
        }
        if state.unfolded.count == Self.unfoldedMax { state.unfolded.removeFirst() }
        state.unfolded.append(Unfolded(segment: segment, transactions: transactions))
        return transactions
    }
}
