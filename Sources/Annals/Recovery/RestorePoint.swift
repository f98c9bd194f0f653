internal import AnnalsLog
public import AnnalsSchema

/// The moment to which a store is restored.
///
/// A store is restored to the end of a transaction, since no one ever saw half of one.
public enum RestorePoint: Sendable, Hashable {
    /// All that is known.
    case newest
    /// The last transaction that ends at or before the position.
    case position(Position)
    /// The last transaction at or before the time.
    case time(Timestamp)

    /// Whether a log that ends there is not beyond the moment.
    func isAtOrAfter(_ position: Position, _ time: Timestamp) -> Bool {
        switch self {
        case .newest: true
        case .position(let point): position <= point
        case .time(let point): time <= point
        }
    }
}
