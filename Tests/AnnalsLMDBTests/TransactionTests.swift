import AnnalsBytes
import AnnalsTestSupport
import Testing

@testable import AnnalsLMDB

struct `A write transaction` {
    @Test func `that ends without a commit leaves nothing`() throws {
        let storage = try Storage()
        let before: [[UInt8]: [UInt8]] = [
            [1]: [10], [2]: [20], [3]: Array(repeating: 3, count: 9000),
        ]
        try storage.environment.put(before, in: storage.table)

        try {
            var writer = try WriteTransaction(in: storage.environment)
            let made = try writer.openTable("made")
            try writer.put([9].rawSpan, forKey: [9].rawSpan, in: made)
            try writer.put([11].rawSpan, forKey: [1].rawSpan, in: storage.table)
            try writer.put([40].rawSpan, forKey: [4].rawSpan, in: storage.table)
            try writer.delete([2].rawSpan, in: storage.table)
            try writer.clear(storage.table)
            try writer.put([50].rawSpan, forKey: [5].rawSpan, in: storage.table)
        }()

        #expect(try storage.environment.entries(of: storage.table) == before.sortedPairs)
        #expect(try storage.environment.existingTables(["made"]) == [nil])
    }

    @Test func `sees what it has written, and nobody else does until it commits`() throws {
        let storage = try Storage()
        try storage.environment.put([[1]: [10], [2]: [20]], in: storage.table)
        var writer = try WriteTransaction(in: storage.environment)
        try writer.put([11].rawSpan, forKey: [1].rawSpan, in: storage.table)
        try writer.delete([2].rawSpan, in: storage.table)
        try writer.put([30].rawSpan, forKey: [3].rawSpan, in: storage.table)

        let seen = try copy(try writer.value(forKey: [1].rawSpan, in: storage.table))
        let gone = try copy(try writer.value(forKey: [2].rawSpan, in: storage.table))
        let count = try writer.count(of: storage.table)
        let (old, oldCount) = try {
            let reader = try ReadTransaction(in: storage.environment)
            return (
                copy(try reader.value(forKey: [1].rawSpan, in: storage.table)),
                try reader.count(of: storage.table)
            )
        }()
        try writer.commit()

        #expect(seen == [11])
        #expect(gone == nil)
        #expect(count == 2)
        #expect(old == [10])
        #expect(oldCount == 2)
        let after: [[UInt8]: [UInt8]] = [[1]: [11], [3]: [30]]
        #expect(try storage.environment.entries(of: storage.table) == after.sortedPairs)
    }

    private func copy(_ bytes: RawSpan?) -> [UInt8]? {
        guard let bytes else { return nil }
        return [UInt8](copying: bytes)
    }

    @Test func `tells whether what it deletes was there`() throws {
        let storage = try Storage()
        try storage.environment.put([[1]: [10]], in: storage.table)
        var writer = try WriteTransaction(in: storage.environment)

        let first = try writer.delete([1].rawSpan, in: storage.table)
        let second = try writer.delete([1].rawSpan, in: storage.table)
        let never = try writer.delete([0, 0].rawSpan, in: storage.table)

        #expect(first)
        #expect(!second)
        #expect(!never)
    }

    @Test func `deletes all over a table and in any order`() throws {
        var random = SeededRandom(seed: testSeed(6))
        let storage = try Storage()
        var model: [[UInt8]: [UInt8]] = [:]
        for number in 0..<3000 {
            model[[UInt8(number >> 8), UInt8(number & 255)]] = Array(repeating: 1, count: 100)
        }
        try storage.environment.put(model, in: storage.table)

        for key in model.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }).shuffled(
            using: &random
        )
        .prefix(2900) {
            var writer = try WriteTransaction(in: storage.environment)
            try writer.delete(key.rawSpan, in: storage.table)
            model[key] = nil
            let isKept = random.chance(50)
            if isKept {
                try writer.commit()
            } else {
                model[key] = Array(repeating: 1, count: 100)
            }
        }

        #expect(try storage.environment.entries(of: storage.table) == model.sortedPairs)
    }

    @Test func `stores the same wherever it is told that a key is the last`() throws {
        var random = SeededRandom(seed: testSeed(7))
        let storage = try Storage()
        var model: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<40 {
            var writer = try WriteTransaction(in: storage.environment)
            for _ in 0..<50 {
                let key = [UInt8(random.below(256)), UInt8(random.below(8))]
                let value = (0..<random.below(400)).map { UInt8(truncatingIfNeeded: $0) }
                try writer.put(
                    value.rawSpan,
                    forKey: key.rawSpan,
                    in: storage.table,
                    isLast: random.chance(70)
                )
                model[key] = value
            }
            try writer.commit()
        }

        #expect(try storage.environment.entries(of: storage.table) == model.sortedPairs)
    }

    @Test func `joins the parts of a last value`() throws {
        let storage = try Storage()
        let parts: [[[UInt8]]] = [
            [[1, 2], [3], [4, 5, 6]], [[], [], []], [[1], [], [2]],
            [[7], Array(repeating: 8, count: 5000), Array(repeating: 9, count: 20_000)],
        ]
        var writer = try WriteTransaction(in: storage.environment)
        for (index, part) in parts.enumerated() {
            let (first, second, third) = (part[0], part[1], part[2])
            try writer.putLast(
                first.rawSpan,
                second.rawSpan,
                third.rawSpan,
                forKey: [UInt8(index)].rawSpan,
                in: storage.table
            )
        }
        try writer.commit()

        #expect(
            try storage.environment.entries(of: storage.table).map(\.value)
                == parts.map { Array($0.joined()) }
        )
    }

    @Test func `empties a table that stays open`() throws {
        let storage = try Storage()
        try storage.environment.put([[1]: [1], [2]: [2]], in: storage.table)

        var writer = try WriteTransaction(in: storage.environment)
        try writer.clear(storage.table)
        try writer.put([3].rawSpan, forKey: [3].rawSpan, in: storage.table)
        try writer.commit()

        #expect(
            try storage.environment.entries(of: storage.table) == [Pair(key: [3], value: [3])]
        )
    }
}

struct `A read transaction` {
    @Test func `shows one state, however much is written meanwhile`() throws {
        let storage = try Storage()
        let before: [[UInt8]: [UInt8]] = [
            [1]: [10], [2]: Array(repeating: 20, count: 10_000), [3]: [],
        ]
        try storage.environment.put(before, in: storage.table)
        let reader = try ReadTransaction(in: storage.environment)
        var cursor = try reader.cursor(in: storage.table)
        guard let span = try reader.value(forKey: [2].rawSpan, in: storage.table),
            let first = try cursor.next()
        else {
            Issue.record("the entries are there")
            return
        }

        for round in UInt8(0)..<50 {
            var after: [[UInt8]: [UInt8]] = [:]
            for key in UInt8(0)..<100 { after[[key]] = Array(repeating: round, count: 2000) }
            try storage.environment.put(after, in: storage.table)
        }

        let isSpanSame = span.isEqual(to: Array(repeating: 20, count: 10_000).rawSpan)
        #expect(isSpanSame)
        var seen = [Pair(first)]
        while let entry = try cursor.next() { seen.append(Pair(entry)) }
        #expect(seen == before.sortedPairs)
        let count = try reader.count(of: storage.table)
        #expect(count == 3)
    }

    @Test func `may be one of many`() throws {
        let storage = try Storage()
        try storage.environment.put([[1]: [10]], in: storage.table)

        try nest(200, in: storage)

        #expect(storage.environment.gate.readerCount == 0)
    }

    private func nest(_ depth: Int, in storage: Storage) throws {
        guard depth > 0 else { return }
        let reader = try ReadTransaction(in: storage.environment)
        try nest(depth - 1, in: storage)
        let isThere = try reader.value(forKey: [1].rawSpan, in: storage.table) != nil
        #expect(isThere)
    }

    @Test func `is told where there are too many, and is to be had again later`() throws {
        let storage = try Storage()

        #expect(throws: StorageError.readersFull) { try exhaust(in: storage) }

        #expect(try storage.environment.entries(of: storage.table).isEmpty)
        #expect(storage.environment.gate.readerCount == 0)
    }

    private func exhaust(in storage: Storage) throws {
        let reader = try ReadTransaction(in: storage.environment)
        try exhaust(in: storage)
        _ = try reader.count(of: storage.table)
    }
}
