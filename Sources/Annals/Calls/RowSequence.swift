public import AnnalsQuery

/// The rows of a query, in batches that are read as they are needed
/// (``Session/rows(_:_:asOf:options:)``).
///
/// All of them show the state of the first batch. Iterating again runs the query again.
public struct RowSequence: AsyncSequence, Sendable {
    public typealias Element = QueryRow
    public typealias Failure = StoreError

    fileprivate let session: Session
    fileprivate let soql: SOQL
    fileprivate let values: [String: BoundValue]
    fileprivate let moment: QueryOptions.Moment?
    fileprivate let options: QueryOptions

    public func makeAsyncIterator() -> Iterator { Iterator(self) }

    /// Yields the rows, and asks for the next batch when one is used up.
    public struct Iterator: AsyncIteratorProtocol {
        private enum Place {
            case start
            case batch(locator: String)
            case end
        }

        private let sequence: RowSequence
        private var place = Place.start
        /// Rows that were read and not returned yet, the next one last.
        private var batch: [QueryRow] = []

        fileprivate init(_ sequence: RowSequence) { self.sequence = sequence }

        /// The next row; `nil` after the last one.
        public mutating func next() async throws(StoreError) -> QueryRow? {
            while batch.isEmpty {
                let result: QueryResult
                switch place {
                case .end: return nil
                case .start:
                    result = try await sequence.session.query(
                        sequence.soql,
                        sequence.values,
                        asOf: sequence.moment,
                        options: sequence.options
                    )
                case .batch(let locator):
                    result = try await sequence.session.queryMore(locator)
                }
                batch = result.records.reversed()
                place = result.locator.map { .batch(locator: $0) } ?? .end
            }
            return batch.removeLast()
        }
    }
}

extension Session {
    /// The rows of a query, one after the other, with one batch of them in memory at a time.
    ///
    ///     for try await row in session.rows("SELECT Id, Status FROM ContactRequest") {
    ///         let request = try row.decode(Request.self)
    ///     }
    ///
    /// A `SELECT COUNT()` has no rows.
    ///
    /// - Throws, from the iterator: what ``query(_:_:asOf:options:)`` and ``queryMore(_:)`` throw.
    public func rows(
        _ soql: SOQL,
        _ values: [String: BoundValue] = [:],
        asOf moment: QueryOptions.Moment? = nil,
        options: QueryOptions = QueryOptions()
    ) -> RowSequence {
        RowSequence(
            session: self,
            soql: soql,
            values: values,
            moment: moment,
            options: options
        )
    }
}
