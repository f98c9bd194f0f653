import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsProjections

struct `Staged records` {
    /// The state that an entry is given.
    private struct Staged: Equatable {
        var base: Range<Int>?
        var current: Range<Int>
    }

    /// Each object has ten existing records; new ones get the next serials.
    @Test(arguments: UInt64(0)..<30)
    func `are taken back to where they were kept`(seed: UInt64) {
        var random = SeededRandom(seed: testSeed(700 + seed))
        var staged = StagedRecords()
        var model: [RecordKey: Staged] = [:]
        var lastSerials: [UInt16: UInt64] = [1: Self.countBefore, 2: Self.countBefore]
        var kept = (model, lastSerials)
        for step in 0..<400 {
            switch random.below(20) {
            case 0:
                staged.keep()
                kept = (model, lastSerials)
            case 1..<3:
                staged.rollBack()
                (model, lastSerials) = kept
            default:
                let object = UInt16(1 + random.below(2))
                var last = lastSerials[object] ?? 0
                let serial = UInt64(1 + random.below(Int(last) + 1))
                if serial > last { last = serial }
                lastSerials[object] = last
                let key = RecordKey(object: object, serial: serial)
                let row = step..<(step + 1)
                let base = serial > Self.countBefore ? nil : row
                staged.stage(row, of: key, base: base)
                if model[key] == nil {
                    model[key] = Staged(base: base, current: row)
                } else {
                    model[key]?.current = row
                }
            }
            expect(staged, toBe: model)
        }
        staged.removeAll()
        expect(staged, toBe: [:])
    }

    private static let countBefore: UInt64 = 10

    @Test func `come in the order of their keys once they are sorted`() {
        var random = SeededRandom(seed: testSeed(8))
        var staged = StagedRecords()
        for serial in (UInt64(1)...100).shuffled(using: &random) {
            let key = RecordKey(object: UInt16(serial % 3), serial: serial)
            staged.stage(0..<1, of: key, base: 0..<1)
        }
        for serial in UInt64(101)...110 {
            staged.stage(0..<1, of: RecordKey(object: 1, serial: serial), base: nil)
        }

        staged.sort()

        let keys = staged.entries.map(\.key)
        #expect(keys == keys.sorted())
        #expect(keys.count == 110)
    }

    private func expect(_ staged: StagedRecords, toBe model: [RecordKey: Staged]) {
        let entries = staged.entries.map { ($0.key, Staged(base: $0.base, current: $0.current)) }
        #expect(Dictionary(uniqueKeysWithValues: entries) == model)
        #expect(staged.isEmpty == model.isEmpty)
        let keys = (UInt64(1)...60).flatMap { serial in
            [1, 2].map { RecordKey(object: $0, serial: serial) }
        }
        #expect(keys.map { staged.row(of: $0) } == keys.map { model[$0]?.current })
    }
}
