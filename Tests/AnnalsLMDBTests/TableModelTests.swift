import AnnalsBytes
import AnnalsTestSupport
import Testing

@testable import AnnalsLMDB

/// Random transactions over several tables, some aborted, with the file closed and reopened in
/// between, compared with dictionaries.
struct `Tables` {
    private static let names = ["first", "second", "third", "fourth"]

    @Test(arguments: UInt64(0)..<8)
    func `hold what a dictionary would`(seed: UInt64) throws {
        var random = SeededRandom(seed: testSeed(200 + seed))
        let scratch = Scratch()
        var model = [[[UInt8]: [UInt8]]](repeating: [:], count: Self.names.count)
        for _ in 0..<6 {
            let environment = try Environment(
                path: scratch.path,
                options: .quick(mapSizeBytes: 1 << 20)
            )
            let tables = try Self.names.map { try environment.makeTable($0) }
            for (index, table) in tables.enumerated() {
                #expect(try environment.entries(of: table) == model[index].sortedPairs)
            }
            for _ in 0..<15 {
                try environment.makeRoom(forBytes: 8 << 20)
                var changed = model
                var writer = try WriteTransaction(in: environment)
                for _ in 0..<random.below(60) {
                    let index = random.below(tables.count)
                    try change(tables[index], &changed[index], with: &writer, &random)
                }
                if random.chance(80) {
                    try writer.commit()
                    model = changed
                }
            }
            for (index, table) in tables.enumerated() {
                #expect(try environment.entries(of: table) == model[index].sortedPairs)
            }
        }
        let summary = try PageCheck.walk(file: scratch("data.mdb"))
        #expect(summary.leakedPages == 0)
    }

    private func change(
        _ table: Table,
        _ model: inout [[UInt8]: [UInt8]],
        with writer: inout WriteTransaction,
        _ random: inout SeededRandom
    ) throws {
        let key = key(&random)
        switch random.below(100) {
        case ..<55:
            let value = [UInt8](repeating: UInt8(random.below(256)), count: valueCount(&random))
            let isLast = random.chance(30)
            try writer.put(value.rawSpan, forKey: key.rawSpan, in: table, isLast: isLast)
            model[key] = value
        case ..<85:
            let known = model.keys.sorted { $0.lexicographicallyPrecedes($1) }
            let chosen = random.chance(80) ? known.randomElement(using: &random) ?? key : key
            let wasThere = try writer.delete(chosen.rawSpan, in: table)
            #expect(wasThere == (model.removeValue(forKey: chosen) != nil))
        case ..<98:
            let count = try writer.count(of: table)
            let found = copy(try writer.value(forKey: key.rawSpan, in: table))
            #expect(count == model.count)
            #expect(found == model[key])
        default:
            try writer.clear(table)
            model = [:]
        }
    }

    private func copy(_ bytes: RawSpan?) -> [UInt8]? {
        guard let bytes else { return nil }
        return [UInt8](copying: bytes)
    }

    /// Short keys, some of which occur several times, and some of the maximum length.
    private func key(_ random: inout SeededRandom) -> [UInt8] {
        let count = random.chance(5) ? 511 : 1 + random.below(3)
        return (0..<count).map { _ in UInt8(random.below(12)) }
    }

    /// Mostly small; some need pages of their own.
    private func valueCount(_ random: inout SeededRandom) -> Int {
        random.chance(10) ? random.below(40_000) : random.below(300)
    }
}
