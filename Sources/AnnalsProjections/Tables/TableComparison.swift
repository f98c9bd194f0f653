internal import AnnalsBytes
package import AnnalsLMDB

/// Compares tables with one another, byte by byte.
package enum TableComparison {
    package enum Outcome: Equatable, Sendable {
        case same
        /// Where the two first differ.
        case different(Corruption)
        case interrupted
    }

    /// How many entries are compared between two progress reports.
    private static let stride: UInt64 = 4096

    /// Compares two tables up to their first difference.
    ///
    /// - Parameter progress: Called regularly with how many entries were compared; `false` stops.
    package static func compare(
        _ left: Table,
        in leftReader: borrowing ReadTransaction,
        _ right: Table,
        in rightReader: borrowing ReadTransaction,
        progress: (_ done: UInt64) -> Bool = { _ in true }
    ) throws(StorageError) -> Outcome {
        func different(_ finding: String, _ key: RawSpan) -> Outcome {
            .different(Corruption(finding, table: left.name, key: [UInt8](copying: key)))
        }
        var leftCursor = try leftReader.cursor(in: left)
        var rightCursor = try rightReader.cursor(in: right)
        var done: UInt64 = 0
        while true {
            if done % stride == 0, !progress(done) { return .interrupted }
            done += 1
            let mine = try leftCursor.next()
            let theirs = try rightCursor.next()
            switch (mine, theirs) {
            case (nil, nil): return .same
            case (let entry?, nil):
                return different("an entry that a replay does not make", entry.key)
            case (nil, let entry?):
                return different("an entry that a replay makes is missing", entry.key)
            case (let mine?, let theirs?):
                guard mine.key.isEqual(to: theirs.key) else {
                    return different("a replay makes another entry", mine.key)
                }
                guard mine.value.isEqual(to: theirs.value) else {
                    return different("a replay makes another value", mine.key)
                }
            }
        }
    }
}
