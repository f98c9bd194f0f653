public import AnnalsLog
public import AnnalsQuery
public import AnnalsSchema

/// Which events of the log are walked through, and in which direction.
///
/// What is not set restricts nothing; an event is walked through if all that is set admits it.
public struct EventSelection: Sendable, Hashable {
    /// Only events after this moment.
    public var after: QueryOptions.Moment?
    /// Only events after this one, which must be of the same history; takes the place of ``after``.
    public var start: HistoryPoint?
    /// Only events up to this moment.
    public var through: QueryOptions.Moment?
    /// The newest first.
    public var isBackwards = false
    /// Of these objects, by their API names.
    public var objects: [String] = []
    /// Of this record.
    public var record: RecordID?
    /// Of this user's doing.
    public var actor: RecordID?
    /// That changed one of these fields; other changes of such an event are left out.
    ///
    /// API names, of whichever objects have them, or such as `Contact.Email`.
    public var fields: [String] = []
    public var kinds: Set<EventKind> = []

    public init() {}
}
