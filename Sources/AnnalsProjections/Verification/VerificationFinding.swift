package import AnnalsLog
package import AnnalsSchema

/// What a verification found wrong, and where.
package struct VerificationFinding: Hashable, Sendable {
    /// What is wrong, without its place.
    package let finding: String
    package var transaction: UInt64?
    package var position: Position?
    package var record: RecordKey?
    package var table: String?
    /// Of the entry in the table.
    package var key: [UInt8] = []

    package init(
        _ finding: String,
        transaction: UInt64? = nil,
        position: Position? = nil,
        record: RecordKey? = nil,
        table: String? = nil,
        key: [UInt8] = []
    ) {
        self.finding = finding
        self.transaction = transaction
        self.position = position
        self.record = record
        self.table = table
        self.key = key
    }
}
