public import AnnalsLog
public import AnnalsSchema

/// The response of `query`, `queryAll` and `queryMore` (Specification: calls 4.2, 4.3, 4.4; soql 12).
public struct QueryResult: Sendable, Hashable {
    /// Rows of the whole result after LIMIT, the same in every batch; for `COUNT()` the count.
    public let totalSize: Int
    /// The rows of this batch.
    public let records: [QueryRow]
    /// The argument of `queryMore` for the next batch; `nil` with the last one.
    public let locator: String?

    /// Whether this is the last batch.
    public var isDone: Bool { locator == nil }

    package init(totalSize: Int, records: [QueryRow], locator: String? = nil) {
        self.totalSize = totalSize
        self.records = records
        self.locator = locator
    }
}

/// A column of a row, and what the row has there.
public struct QueryField: Sendable, Hashable {
    /// The name in the answer: the field, or the alias.
    public let key: String
    /// What the row has there.
    public let content: QueryContent

    @inlinable package init(_ key: String, _ content: QueryContent) {
        self.key = key
        self.content = content
    }
}

/// The content of a row under one key.
public enum QueryContent: Sendable, Hashable {
    /// A field's or a function's value; `.null` also for a parent that does not exist, for an empty
    /// list of children, and for a TYPEOF without a matching branch.
    case value(Value)
    /// The fields of a parent.
    indirect case row(QueryRow)
    /// The rows of a child relationship; never without rows.
    case rows(QueryResult)
}

/// How to run a query, in addition to what it says itself.
public struct QueryOptions: Sendable, Hashable {
    /// At which point of history a query is run.
    public enum Moment: Sendable, Hashable {
        /// After this event and before the next one.
        case position(Position)
        /// After the last transaction that is not later.
        case time(Timestamp)
    }

    /// Also deleted records that are not purged (`queryAll`).
    public var includesDeleted = false
    /// The requested rows of a batch: a hint, as in the API.
    ///
    /// ``usedBatchSize`` is the actual number.
    public var batchSize = 2000
    /// Beyond Salesforce: the state of the store at that moment; `nil` for now.
    public var asOf: Moment?
    /// The current time for date literals; `nil` for the store's clock.
    public var now: Timestamp?
    /// The user's time zone: an IANA name.
    public var timeZone = "UTC"
    /// The first day of the user's week: 1 is Sunday.
    public var firstWeekday = 1
    /// The month in which the fiscal year begins: 1 to 12.
    public var fiscalYearStart = 1
    /// What stands for `:name` in the query.
    package var bindings: [String: BoundValue] = [:]

    /// The defaults: live records, as they are now.
    public init() {}

    /// How many rows a batch may have (Specification: soql 11.1).
    package static let batchSizes = 200...2000

    /// The actual rows of a batch: ``batchSize``, or the nearer end of 200 to 2,000.
    public var usedBatchSize: Int {
        min(max(batchSize, Self.batchSizes.lowerBound), Self.batchSizes.upperBound)
    }
}
