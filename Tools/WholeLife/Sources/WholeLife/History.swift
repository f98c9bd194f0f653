/// The store after one of its transactions.
struct Point: Sendable {
    /// No other transaction of this life has it, on whatever branch.
    let number: Int
    let position: Int
    let time: Int
    let epoch: Int
    let model: Model
}

/// What a store has gone through: which transactions, one after the other.
struct History: Sendable {
    var points: [Point] = []

    var last: Point { points[points.count - 1] }
    var model: Model { last.model }

    /// Whether the other one is this and more.
    func isBeginning(of other: History) -> Bool {
        other.points.count >= points.count
            && other.points[points.count - 1].number == last.number
    }

    func index(atPosition position: Int) -> Int? {
        points.lastIndex { $0.position <= position }
    }

    func prefix(through index: Int) -> History { History(points: Array(points[...index])) }
}

/// A snapshot, or an archive, as it was when it was last written.
struct Copied: Sendable {
    let path: String
    let isArchive: Bool
    var history: History
    /// Whether old segments were pruned, so that a snapshot must be given too.
    var isPruned = false
    /// Whether all erasures that the store knew of were taken over.
    var beginsAt = 0
}

/// What a restore must make.
enum Outcome {
    case made(History)
    case refused
    /// Two branches, neither of which is the living one.
    case undecided
}

extension Outcome {
    /// The living branch is the one with the highest epoch; every erasure that any of the copies
    /// knows of counts.
    static func restoring(_ copies: [Copied], toPosition position: Int?, nextNumber: Int) -> Outcome
    {
        let all = copies.map(\.history)
        let longest = all.filter { one in
            !all.contains { one.last.number != $0.last.number && one.isBeginning(of: $0) }
        }
        guard let highest = longest.map(\.last.epoch).max() else { return .refused }
        let living = longest.filter { $0.last.epoch == highest }
        guard let branch = living.first else { return .refused }
        if living.contains(where: { $0.last.number != branch.last.number }) { return .undecided }
        let wanted = position ?? branch.last.position
        guard wanted <= branch.last.position, let index = branch.index(atPosition: wanted) else {
            return .refused
        }
        var made = branch.prefix(through: index)
        let known = all.reduce(into: Set<String>()) { $0.formUnion($1.model.erased) }
        let (model, withheld) = made.model.withholding(known)
        if !withheld.isEmpty {
            made.points.append(
                Point(
                    number: nextNumber,
                    position: made.last.position,
                    time: made.last.time,
                    epoch: made.last.epoch,
                    model: model
                )
            )
        }
        return .made(made)
    }
}
