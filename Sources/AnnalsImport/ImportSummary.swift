/// What an import has done.
public struct ImportSummary: Sendable, Equatable {
    /// Rows of the file.
    public var rows = 0
    /// Transactions that were written, those of created references included.
    public var transactions = 0
    public var created = 0
    public var updated = 0
    public var deleted = 0
    public var undeleted = 0
    /// Rows that changed nothing, and wrote nothing.
    public var unchanged = 0
    /// Rows that were refused.
    public var rejected = 0
    /// Rows that an earlier run had imported.
    public var skipped = 0
    /// Records that were made because rows refer to them, by object.
    public var referencesCreated: [String: Int] = [:]
    public var seconds = 0.0

    public init() {}

    /// Events that were written.
    public var events: Int {
        created + updated + deleted + undeleted + referencesCreated.values.reduce(0, +)
    }
}

/// How far an import is.
public struct ImportProgress: Sendable, Equatable {
    public let done: Int
    public let total: Int
    public let seconds: Double
}

/// How an import is to be made.
public struct ImportOptions: Sendable {
    /// The file for rows that are refused, as JSON Lines; `nil`: they are only counted.
    public var rejectsPath: String?
    /// Stop after so many refused rows.
    public var rejectLimit: Int?
    /// Through what, as the log keeps it.
    public var origin = "annals/import"

    public init() {}
}
