public import AnnalsLog
public import AnnalsQuery
public import AnnalsSchema

/// Which events of the log are walked through, and in which direction.
///
/// Unset properties restrict nothing; an event is included if all that are set admit it.
public struct EventSelection: Sendable, Hashable {
    /// Only events after this moment.
    public var after: QueryOptions.Moment?
    /// Only events after this one, which must be of the same history; replaces ``after``.
    public var start: HistoryPoint?
    /// Only events up to this moment.
    public var through: QueryOptions.Moment?
    /// The newest first.
    public var isBackwards = false
    /// Of these objects, by their API names.
    public var objects: [String] = []
    /// Of this record.
    public var record: RecordID?
    /// By this user.
    public var actor: RecordID?
    /// That changed one of these fields; other changes of such an event are left out.
    ///
    /// API names, of any object that has them, or qualified like `Contact.Email`.
    public var fields: [String] = []
    /// Only events of these kinds; of all if empty.
    public var kinds: Set<EventKind> = []

    /// Selects every event.
    public init() {}
}
