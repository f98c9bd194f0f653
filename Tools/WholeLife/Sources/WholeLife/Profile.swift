/// How often each thing happens.
package enum Profile {
    static let everyday: [(String, Int)] = [
        ("create", 20), ("update", 16), ("upsert", 10), ("delete", 8), ("undelete", 5),
        ("empty", 2),
        ("erase", 3), ("purge", 1), ("jump", 2), ("reuse-key", 3), ("schema", 1), ("import", 4),
        ("import-again", 1), ("archive", 4), ("mirror", 2), ("snapshot", 3), ("prune", 1),
        ("restore", 3), ("compact", 2), ("trim", 1), ("rebuild", 1), ("verify", 2), ("check", 1),
        ("checkpoint", 1), ("replay", 1), ("salvage", 1), ("kill", 5), ("kill-care", 2),
        ("rot-journal", 1), ("stray-journal", 1), ("attach", 2), ("detach", 1), ("beside", 1),
        ("program", 1), ("look", 2),
    ]

    /// What happens more often, by the name of the profile.
    static let biased: [String: [String: Int]] = [
        "everyday": [:],
        "values": ["create": 40, "upsert": 25, "import": 12, "undelete": 10],
        "answers": ["reuse-key": 12, "update": 40, "erase": 14, "compact": 8, "archive": 8],
        "branches": [
            "restore": 14, "snapshot": 10, "archive": 10, "erase": 6, "prune": 4, "mirror": 6,
        ],
        "processes": ["attach": 10, "kill": 20, "beside": 8, "kill-care": 6, "compact": 4],
        "journal": ["rot-journal": 8, "stray-journal": 4, "kill": 12, "program": 4],
    ]

    package static func happenings(_ name: String, count: Int, seed: UInt64) -> [Happening] {
        var random = Random(seed: seed ^ 0xA5A5_5A5A)
        let weights = everyday.map { ($0.0, biased[name]?[$0.0] ?? $0.1) }
        let total = weights.reduce(0) { $0 + $1.1 }
        return (0..<count).map { _ in
            var place = random.below(total)
            let chosen = weights.first {
                place -= $0.1
                return place < 0
            }
            return Happening(name: chosen?.0 ?? "look", seed: random.next() % 1_000_000)
        }
    }
}
