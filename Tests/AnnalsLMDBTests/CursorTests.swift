import AnnalsBytes
import AnnalsTestSupport
import Testing

@testable import AnnalsLMDB

struct `A cursor` {
    /// The position of a cursor over sorted keys.
    private struct Model {
        let keys: [[UInt8]]
        /// The entry that was read last; `nil` before the first one.
        var index: Int?
        var isStarted = false

        mutating func stand(at index: Int) -> [UInt8]? {
            isStarted = true
            guard keys.indices.contains(index) else { return nil }
            self.index = index
            return keys[index]
        }

        func first(atOrAbove key: [UInt8]) -> Int {
            var range = 0..<keys.count
            while !range.isEmpty {
                let middle = range.lowerBound + range.count / 2
                if keys[middle].lexicographicallyPrecedes(key) {
                    range = (middle + 1)..<range.upperBound
                } else {
                    range = range.lowerBound..<middle
                }
            }
            return range.lowerBound
        }
    }

    @Test(arguments: UInt64(0)..<12)
    func `walks as one over a sorted array does`(seed: UInt64) throws {
        var random = SeededRandom(seed: testSeed(100 + seed))
        let storage = try Storage()
        var content: [[UInt8]: [UInt8]] = [:]
        // From a single leaf to a tree with three levels.
        for _ in 0..<[1, 3, 40, 4000][Int(seed % 4)] {
            content[key(&random)] = Array(repeating: 5, count: random.below(200))
        }
        try storage.environment.put(content, in: storage.table)
        let keys = content.sortedPairs.map(\.key)
        let reader = try ReadTransaction(in: storage.environment)

        for _ in 0..<40 {
            var model = Model(keys: keys)
            var cursor = try reader.cursor(in: storage.table)
            // A cursor that has found nothing has no position to continue from.
            var isLost = false
            for _ in 0..<30 where !isLost {
                let (found, expected): ([UInt8]?, [UInt8]?)
                switch random.below(10) {
                case ..<4:
                    expected = model.stand(at: model.isStarted ? (model.index ?? -1) + 1 : 0)
                    found = copy(try cursor.next())
                case ..<7:
                    let last = model.keys.count - 1
                    expected = model.stand(at: model.isStarted ? (model.index ?? 0) - 1 : last)
                    found = copy(try cursor.previous())
                case ..<9:
                    let sought = key(&random)
                    expected = model.stand(at: model.first(atOrAbove: sought))
                    found = copy(try cursor.seek(sought))
                default:
                    let bound = key(&random)
                    expected = model.stand(at: model.first(atOrAbove: bound) - 1)
                    found = copy(try cursor.last(below: bound))
                }
                #expect(found == expected)
                isLost = expected == nil
            }
        }
    }

    private func key(_ random: inout SeededRandom) -> [UInt8] {
        (0..<(1 + random.below(4))).map { _ in UInt8(random.below(40)) }
    }

    private func copy(_ entry: borrowing Cursor.Entry?) -> [UInt8]? {
        switch entry {
        case .some(let entry): [UInt8](copying: entry.key)
        case .none: nil
        }
    }

    @Test func `begins at the first key at or above the start`() throws {
        let storage = try Storage()
        try storage.environment.put([[2]: [], [4]: [], [6]: []], in: storage.table)
        let reader = try ReadTransaction(in: storage.environment)
        let starts: [([UInt8], [UInt8]?)] = [
            ([], [2]), ([1], [2]), ([2], [2]), ([2, 0], [4]), ([6], [6]), ([6, 0], nil), ([7], nil),
        ]

        for (start, expected) in starts {
            var cursor = try reader.cursor(in: storage.table, from: start)
            let found = copy(try cursor.next())
            #expect(found == expected, "\(start)")
        }
    }

    @Test func `stays at the end once it is there`() throws {
        let storage = try Storage()
        try storage.environment.put([[1]: [], [2]: []], in: storage.table)
        let reader = try ReadTransaction(in: storage.environment)
        var cursor = try reader.cursor(in: storage.table)
        for expected in [[1], [2], nil, nil, nil] as [[UInt8]?] {
            let found = copy(try cursor.next())
            #expect(found == expected)
        }
    }

    @Test func `finds nothing in an empty table`() throws {
        let storage = try Storage()
        let reader = try ReadTransaction(in: storage.environment)
        var cursor = try reader.cursor(in: storage.table)

        let found = [
            copy(try cursor.next()), copy(try cursor.previous()), copy(try cursor.seek([1])),
            copy(try cursor.last(below: [1])),
        ]

        #expect(found == [nil, nil, nil, nil])
    }

    @Test func `of a writer sees what the writer has put`() throws {
        let storage = try Storage()
        try storage.environment.put([[1]: [], [3]: []], in: storage.table)
        var writer = try WriteTransaction(in: storage.environment)
        try writer.put([0].rawSpan, forKey: [2].rawSpan, in: storage.table)
        try writer.delete([3].rawSpan, in: storage.table)

        var keys: [[UInt8]] = []
        var cursor = try writer.cursor(in: storage.table)
        while let entry = try cursor.next() { keys.append([UInt8](copying: entry.key)) }

        #expect(keys == [[1], [2]])
    }
}
