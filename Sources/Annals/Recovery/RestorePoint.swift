internal import AnnalsLog
public import AnnalsSchema

/// The moment that a store is restored to.
///
/// A store is restored to the end of a transaction, since nobody ever saw one by half.
public enum RestorePoint: Sendable, Hashable {
    /// All that is known.
    case newest
    /// The last transaction that ends at or before the position.
    case position(Position)
    /// The last transaction at or before the time.
    case time(Timestamp)

    /// Whether a log that ends so is not beyond the moment.
    func isAtOrAfter(_ position: Position, _ time: Timestamp) -> Bool {
        switch self {
        case .newest: true
        case .position(let point): position <= point
        case .time(let point): time <= point
        }
    }
}
