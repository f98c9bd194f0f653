/// What an import has done in this run.
public struct ImportSummary: Sendable, Hashable {
    /// Rows of the file.
    public internal(set) var rows = 0
    /// Transactions that were added to the log.
    public internal(set) var transactions = 0
    /// Records that were created.
    public internal(set) var created = 0
    /// Updates that changed something.
    public internal(set) var updated = 0
    /// Deletions.
    public internal(set) var deleted = 0
    /// Records that came back from the recycle bin.
    public internal(set) var undeleted = 0
    /// Rows whose record already had their values, and which wrote no event.
    public internal(set) var unchanged = 0
    /// Rejected rows; each is in the file of rejected rows.
    public internal(set) var rejected = 0
    /// Rows that an earlier run had imported.
    public internal(set) var skipped = 0
    /// Records that rows refer to and that were created for them, by object.
    public internal(set) var referencesCreated: [String: Int] = [:]
    /// Columns of the mapping that no row of a JSON file has: what needs them was left unchanged.
    public internal(set) var missingColumns: [String] = []
    /// How long it took.
    public internal(set) var seconds = 0.0

    package init() {}

    /// The events that were added to the log, including those of references.
    public var events: Int {
        created + updated + deleted + undeleted + referencesCreated.values.reduce(0, +)
    }
}

/// How far an import has progressed.
public struct ImportProgress: Sendable, Hashable {
    /// Rows that are done, in this run or before.
    public let done: Int
    /// Rows of the file; while they are being counted, those found so far.
    public let total: Int
    /// Bytes of the rows that are done.
    public let bytes: Int
    /// Since the run began.
    public let seconds: Double
    /// Rows of this run.
    public let rowsPerSecond: Double
}

/// How to run an import.
public struct ImportOptions: Sendable, Hashable {
    /// Where rejected rows go, as JSON Lines; nowhere, if not given.
    public var rejectsPath: String?
    /// Stop when this many rows were rejected in this run.
    public var rejectLimit: Int?
    /// How many rows are committed together, at most; the result does not depend on it.
    package var batchRowCountMax = 512

    /// Where rejected rows go, and how many end the import.
    public init(rejectsPath: String? = nil, rejectLimit: Int? = nil) {
        self.rejectsPath = rejectsPath
        self.rejectLimit = rejectLimit
    }
}
