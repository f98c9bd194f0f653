internal import Measuring

/// A figure that the engine has to reach.
struct Floor: Encodable {
    static let ratioUnit = "times"

    let name: String
    let bound: Double
    /// Whether less is better.
    let isCeiling: Bool
    let unit: String
    let median: Double
    let lowest: Double
    let highest: Double

    var isMet: Bool { isCeiling ? median < bound : median >= bound }

    /// The floors for which the rounds have measured both sides.
    static func all(_ rounds: Rounds, _ scale: Scale) -> [Floor] {
        func ratio(
            _ name: String,
            _ work: Work,
            _ contender: String,
            to base: String,
            _ bound: Double
        ) -> Floor? {
            let comparison = rounds.comparisons(to: base)
                .first { $0.work == work && $0.contender == contender }
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
            ratio("create-bulk, engine to lmdb", .createBulk, "engine", to: "lmdb", 0.7),
            ratio("create-bulk, engine to sqlite", .createBulk, "engine", to: "sqlite", 3),
            ratio("create-bulk, engine to postgresql", .createBulk, "engine", to: postgres, 4),
            ratio("create-bulk, engine-4 to lmdb", .createBulk, "engine-4", to: "lmdb", 0.5),
            ratio("create-bulk, engine-4 to sqlite", .createBulk, "engine-4", to: "sqlite", 2.5),
            ratio(
                "create-durable, engine-journal to lmdb",
                .createDurable,
                "engine-journal",
                to: "lmdb",
                0.8
            ),
            ratio(
                "create-durable, engine-journal to engine",
                .createDurable,
                "engine-journal",
                to: "engine",
                1.5
            ),
            ratio("group commit, 64 callers to 1", .createSingle, "engine-64", to: "engine", 12),
            ratio("retrieve-each, engine to lmdb", .retrieveEach, "engine", to: "lmdb", 0.7),
            ratio("retrieve-each, engine to sqlite", .retrieveEach, "engine", to: "sqlite", 2.5),
            ratio(
                "retrieve-each, engine to postgresql",
                .retrieveEach,
                "engine",
                to: postgres,
                4
            ),
            ratio("get-updated, engine to lmdb", .getUpdated, "engine", to: "lmdb", 0.5),
            ratio("query-latest, engine to sqlite", .queryLatest, "engine", to: "sqlite", 1),
            ratio("query-both, engine to sqlite", .queryBoth, "engine", to: "sqlite", 1),
            ratio("query-scan, engine to lmdb", .queryScan, "engine", to: "lmdb", 0.5),
            ratio("query-scan, engine to sqlite", .queryScan, "engine", to: "sqlite", 1),
            ratio("query-groups, engine to sqlite", .queryGroups, "engine", to: "sqlite", 1),
            ratio("query-window, engine to sqlite", .queryWindow, "engine", to: "sqlite", 1),
            Spread(replays).map { Floor("replay", 200_000, isCeiling: false, "events/s", $0) },
            ratio("update-bulk, engine to lmdb", .updateBulk, "engine", to: "lmdb", 0.6),
            ratio("update-bulk, engine to sqlite", .updateBulk, "engine", to: "sqlite", 1.5),
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
