/// What an event did.
///
/// The raw values are written to disk: never renumber them.
public enum EventKind: UInt8, Sendable, CaseIterable {
    case created = 1
    case updated = 2
    case deleted = 3
    case undeleted = 4
    /// The record was removed from the recycle bin for good (emptyRecycleBin).
    case emptied = 5
    /// The time in the bin was over: the current values were removed, the id stays taken.
    case purged = 6
    /// The values were removed from the log and everything derived from it, for good.
    case erased = 7
    /// The values were erased in another part of the history, and are withheld here: a restore to
    /// before an erasure appends it. The record's state does not change, but it has no values.
    case withheld = 8
    /// An object was defined or changed.
    case defined = 16

    /// Whether events of this kind carry a record's values, which an erasure removes from them.
    package var carriesValues: Bool {
        switch self {
        case .created, .updated, .purged: true
        case .deleted, .undeleted, .emptied, .erased, .withheld, .defined: false
        }
    }

    /// Whether no event of the record before one of this kind has values any more.
    package var takesValues: Bool { self == .erased || self == .withheld }
}
