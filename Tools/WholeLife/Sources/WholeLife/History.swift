/// The store after one of its transactions.
struct Point: Sendable {
    /// Different from that of every other transaction of this life, on any branch.
    let number: Int
    let position: Int
    let time: Int
    let epoch: Int
    let model: Model
}

/// The past of a store: its transactions, one after the other.
struct History: Sendable {
    var points: [Point] = []
    /// The epoch of the next transaction, which a restore increases before anything is written.
    var nextEpoch = 1

    var last: Point { points[points.count - 1] }
    var model: Model { last.model }

    /// Whether the other history begins with this one.
    func isBeginning(of other: History) -> Bool {
        other.points.count >= points.count
            && other.points[points.count - 1].number == last.number
    }

    func index(atPosition position: Int) -> Int? {
        points.lastIndex { $0.position <= position }
    }

    func prefix(through index: Int) -> History {
        History(points: Array(points[...index]), nextEpoch: points[index].epoch)
    }

    /// The index of the last transaction that both histories have.
    func lastCommon(with other: History) -> Int {
        let numbers = zip(points, other.points)
        return
            (numbers.enumerated().first { $1.0.number != $1.1.number }?.offset
            ?? min(points.count, other.points.count)) - 1
    }
}

/// A snapshot or an archive, as it was when it was last written.
struct Copied: Sendable {
    let path: String
    let isArchive: Bool
    var history: History
    /// Whether old segments were pruned, so that a restore needs a snapshot too.
    var isPruned = false
    var beginsAt = 0
    /// The highest epoch that it knows of: a snapshot knows of a restore after which nothing was
    /// written, an archive does not.
    var epoch: Int

    /// Whether it is a part of another one, and not a branch of its own.
    fileprivate func isPart(of other: Copied) -> Bool {
        guard history.isBeginning(of: other.history), epoch <= other.epoch else { return false }
        return history.last.number != other.history.last.number || epoch < other.epoch
    }
}

/// What a restore must make.
enum Outcome {
    case made(History)
    case refused
    /// There are two branches, neither of which is the current one.
    case undecided
}

extension Outcome {
    /// The current branch is the one with the highest epoch.
    ///
    /// A store that was restored, and not written to since, is a branch too. Every erasure that any
    /// of the copies knows of counts.
    static func restoring(_ copies: [Copied], toPosition position: Int?, nextNumber: Int) -> Outcome
    {
        let branches = copies.filter { one in !copies.contains { one.isPart(of: $0) } }
        guard let highest = branches.map(\.epoch).max() else { return .refused }
        let living = branches.filter { $0.epoch == highest }.map(\.history)
        guard let branch = living.max(by: { $0.points.count < $1.points.count }) else {
            return .refused
        }
        for other in living where other.last.number != branch.last.number {
            // Up to the fork it makes no difference which one is meant.
            let next = branch.lastCommon(with: other) + 1
            guard let position, next < branch.points.count, branch.points[next].position > position
            else { return .undecided }
        }
        let wanted = position ?? branch.last.position
        guard wanted <= branch.last.position, let index = branch.index(atPosition: wanted) else {
            return .refused
        }
        var made = branch.prefix(through: index)
        made.nextEpoch = (copies.map(\.epoch).max() ?? 0) + 1
        var erased: Set<String> = []
        for copy in copies {
            erased.formUnion(copy.history.erased(unknownTo: made))
        }
        let model = made.model.withholding(erased)
        if !erased.isEmpty {
            made.points.append(
                Point(
                    number: nextNumber,
                    position: model.position,
                    time: made.last.time,
                    epoch: made.nextEpoch,
                    model: model
                )
            )
        }
        return .made(made)
    }
}

extension History {
    /// The records of another history whose values are gone here, but not there.
    ///
    /// They are from before the fork: later records there are unrelated to those with the same ids
    /// here.
    fileprivate func erased(unknownTo other: History) -> Set<String> {
        let common = points[lastCommon(with: other)].model
        return Set(
            model.takings.filter { id, count in
                let known = common.takings[id] ?? 0
                return count > known && other.model.takings[id] ?? 0 == known
                    && (common.records[id] != nil || common.purged.contains(id))
            }.keys
        )
    }
}
