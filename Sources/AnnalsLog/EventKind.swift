/// What an event did.
///
/// The raw values are written to disk: never renumber them.
public enum EventKind: UInt8, Sendable, CaseIterable {
    case created = 1
    case updated = 2
    case deleted = 3
    case undeleted = 4
    /// The record was taken out of the recycle bin for good (emptyRecycleBin).
    case emptied = 5
    /// The time in the bin was over: the current values are gone, the id stays taken.
    case purged = 6
    /// An object was defined or changed.
    case defined = 16
}
