import AnnalsBytes
import AnnalsTestSupport
import Testing

@testable import AnnalsLMDB

struct `A count of keys` {
    private static func key(_ random: inout SeededRandom) -> [UInt8] {
        (0..<(1 + random.below(4))).map { _ in UInt8(random.below(40)) }
    }

    @Test(arguments: UInt64(0)..<8)
    func `in a range is that of a sorted array, and so are the keys`(seed: UInt64) throws {
        var random = SeededRandom(seed: testSeed(900 + seed))
        let storage = try Storage()
        var content: [[UInt8]: [UInt8]] = [:]
        // From an empty tree to one with three levels; some values need pages of their own.
        for _ in 0..<[0, 3, 40, 6000][Int(seed % 4)] {
            let isLong = random.chance(1)
            content[Self.key(&random)] = Array(
                repeating: 5,
                count: isLong ? 5000 : random.below(200)
            )
        }
        try storage.environment.put(content, in: storage.table)
        let keys = content.sortedPairs.map(\.key)
        let reader = try ReadTransaction(in: storage.environment)

        for _ in 0..<200 {
            let start = random.chance(20) ? [] : Self.key(&random)
            let end = random.chance(20) ? [] : Self.key(&random)
            let limit = random.chance(50) ? Int.max : random.below(keys.count + 2)
            let wanted = keys.filter {
                !$0.lexicographicallyPrecedes(start)
                    && (end.isEmpty || $0.lexicographicallyPrecedes(end))
            }
            let expected = wanted.count

            let count = try reader.count(of: storage.table, from: start, below: end, upTo: limit)

            #expect(count == min(limit, expected), "\(start) to \(end), at most \(limit)")
            var shown: [[UInt8]] = []
            var cursor = try reader.cursor(in: storage.table, from: start)
            let isAll = try cursor.forEachKey(below: end) { key in
                shown.append([UInt8](copying: key))
                return shown.count < limit
            }
            // `forEachKey` passes on at least one key, even if the limit is 0.
            #expect(shown == Array(wanted.prefix(max(1, limit))))
            #expect(isAll == (shown.isEmpty || shown.count < limit))
        }
    }

    @Test func `leaves a cursor that finds its way on`() throws {
        let storage = try Storage()
        var content: [[UInt8]: [UInt8]] = [:]
        for number in 0..<3000 {
            content[
                [UInt8(number / 1000), UInt8(number / 250 % 4)]
                    + [UInt8(number % 250)]
            ] = [1]
        }
        try storage.environment.put(content, in: storage.table)
        let reader = try ReadTransaction(in: storage.environment)
        var cursor = try reader.cursor(in: storage.table)
        var counts: [Int] = []
        var first = try cursor.next()
        while let entry = first {
            let end = [try entry.key.uint8(at: 0) + 1]
            counts.append(try 1 + cursor.count(below: end))
            first = try cursor.seek(end)
        }

        #expect(counts == [1000, 1000, 1000])
    }
}
