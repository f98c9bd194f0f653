internal import Measuring

/// A figure that the engine has to reach.
struct Floor: Encodable {
    static let ratioUnit = "times"

    let name: String
    let bound: Double
    /// Whether lower is better.
    let isCeiling: Bool
    let unit: String
    let median: Double
    let lowest: Double
    let highest: Double

    var isMet: Bool { isCeiling ? median < bound : median >= bound }

    /// The floors for which both sides were measured.
    static func all(_ rounds: Rounds, _ scale: Scale) -> [Floor] {
        func ratio(
            _ work: Work,
            _ contender: String = "engine",
            to base: String,
            _ bound: Double
        ) -> Floor? {
            let comparison = rounds.comparisons(to: base)
                .first { $0.work == work && $0.contender == contender }
            let name = "\(work.rawValue), \(contender) to \(base)"
            return comparison.map { Floor(name, bound, isCeiling: false, ratioUnit, $0.ratio) }
        }
        let postgres = StorageContender.Library.postgresql.rawValue
        let passes = Double(scale.getUpdatedPasses)
        let window = "get-updated, \(scale.updatedCount) of \(scale.recordCount)"
        let milliseconds: [Double] = rounds.rounds.joined()
            .filter { $0.work == .getUpdated && $0.contender == "engine" }
            .map { $0.seconds * 1000 / passes }
        let replays = rounds.rounds.joined().filter { $0.work == .replay }.map(\.perSecond)
        let floors: [Floor?] = [
            ratio(.createBulk, to: "lmdb", 0.7),
            ratio(.createBulk, to: "sqlite", 3),
            ratio(.createBulk, to: postgres, 4),
            ratio(.createBulk, "engine-4", to: "lmdb", 0.5),
            ratio(.createBulk, "engine-4", to: "sqlite", 2.5),
            ratio(.createDurable, to: "lmdb", 0.8),
            ratio(.createDurable, "engine-journal", to: "lmdb", 0.8),
            ratio(.createDurable, "engine-journal", to: "engine", 1.5),
            // Group commit.
            ratio(.createSingle, "engine-64", to: "engine", 12),
            ratio(.retrieveEach, to: "lmdb", 0.7),
            ratio(.retrieveEach, to: "sqlite", 2.5),
            ratio(.retrieveEach, to: postgres, 4),
            ratio(.getUpdated, to: "lmdb", 0.5),
            ratio(.queryLatest, to: "sqlite", 1),
            ratio(.queryBoth, to: "sqlite", 1),
            ratio(.queryScan, to: "lmdb", 0.5),
            ratio(.queryScan, to: "sqlite", 1),
            ratio(.queryGroups, to: "sqlite", 1),
            ratio(.queryWindow, to: "sqlite", 1),
            Spread(replays).map { Floor("replay", 200_000, isCeiling: false, "events/s", $0) },
            ratio(.updateBulk, to: "lmdb", 0.6),
            ratio(.updateBulk, to: "sqlite", 1.5),
            Spread(milliseconds).map { Floor(window, 15, isCeiling: true, "ms", $0) },
        ]
        return floors.compactMap { $0 }
    }

    private init(
        _ name: String,
        _ bound: Double,
        isCeiling: Bool,
        _ unit: String,
        _ spread: Spread
    ) {
        self.name = name
        self.bound = bound
        self.isCeiling = isCeiling
        self.unit = unit
        median = spread.median
        lowest = spread.lowest
        highest = spread.highest
    }
}
