public import AnnalsLog
public import AnnalsSchema

/// What `query`, `queryAll` and `queryMore` answer (Specification: calls 4.2, 4.3, 4.4; soql 12).
public struct QueryResult: Sendable, Hashable {
    /// Rows of the whole result after LIMIT, the same in every batch; for `COUNT()` the count.
    public let totalSize: Int
    /// The rows of this batch.
    public let records: [QueryRow]
    /// What `queryMore` is given for the next batch; `nil` with the last one.
    public let locator: String?

    /// Whether this is the last batch.
    public var isDone: Bool { locator == nil }

    package init(totalSize: Int, records: [QueryRow], locator: String? = nil) {
        self.totalSize = totalSize
        self.records = records
        self.locator = locator
    }
}

public struct QueryField: Sendable, Hashable {
    public let key: String
    public let content: QueryContent

    @inlinable package init(_ key: String, _ content: QueryContent) {
        self.key = key
        self.content = content
    }
}

/// What a row holds under one key.
public enum QueryContent: Sendable, Hashable {
    /// A field's or a function's value; `.null` also for a parent that is not there, for children
    /// of whom there are none, and for a TYPEOF that no branch fits.
    case value(Value)
    /// The fields of a parent.
    indirect case row(QueryRow)
    /// The rows of a child relationship; never without rows.
    case rows(QueryResult)
}

/// How a query is to be answered, beside what it says itself.
public struct QueryOptions: Sendable, Hashable {
    /// At which point of history a query is answered.
    public enum Moment: Sendable, Hashable {
        /// After this event and before the next one.
        case position(Position)
        /// After the last transaction that is not later.
        case time(Timestamp)
    }

    /// Deleted records that are not purged as well (`queryAll`).
    public var includesDeleted = false
    /// Rows of a batch that are wished for: a hint, as in the API.
    ///
    /// ``usedBatchSize`` is what it becomes.
    public var batchSize = 2000
    /// Beyond Salesforce: what the store was like then; `nil` for now.
    public var asOf: Moment?
    /// What date literals call now; `nil` for the store's clock.
    public var now: Timestamp?
    /// The user's time zone: an IANA name.
    public var timeZone = "UTC"
    /// The first day of the user's week: 1 is Sunday.
    public var firstWeekday = 1
    /// The month in which the fiscal year begins: 1 to 12.
    public var fiscalYearStart = 1

    public init() {}

    /// How many rows a batch may have (Specification: soql 11.1).
    public static let batchSizes = 200...2000

    /// How many rows a batch has: ``batchSize``, or the nearer end of ``batchSizes``.
    public var usedBatchSize: Int {
        min(max(batchSize, Self.batchSizes.lowerBound), Self.batchSizes.upperBound)
    }
}
