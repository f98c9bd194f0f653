import AnnalsBytes
import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsLMDB

struct `A value that has pages of its own` {
    private let word = Array("Zqforgotten".utf8)

    /// Writes and removes pages full of a word, so that LMDB still has them in memory.
    private func rememberWord(in storage: Storage) throws {
        for round in 0..<3 {
            var writer = try WriteTransaction(in: storage.environment)
            for number in 0..<200 {
                let value = Array(repeatElement(word, count: 20).joined())
                try writer.put(
                    value.rawSpan,
                    forKey: [UInt8(round), UInt8(number)].rawSpan,
                    in: storage.table
                )
            }
            try writer.commit()
        }
        var writer = try WriteTransaction(in: storage.environment)
        try writer.clear(storage.table)
        try writer.commit()
    }

    @Test(arguments: [2100, 3000, 4080, 5000, 9000])
    func `brings nothing of other values along, when the file is compacted`(length: Int) throws {
        let storage = try Storage()
        try rememberWord(in: storage)
        var writer = try WriteTransaction(in: storage.environment)
        for number in UInt8(0)..<100 {
            let value = [UInt8](repeating: number, count: length)
            try writer.put(value.rawSpan, forKey: [number].rawSpan, in: storage.table)
        }
        // Overwrites some with shorter values, in the same pages.
        for number in UInt8(0)..<20 {
            let value = [UInt8](repeating: number, count: 2050)
            try writer.put(value.rawSpan, forKey: [number].rawSpan, in: storage.table)
        }
        let last: [UInt8] = [200]
        let none: [UInt8] = []
        let half = [UInt8](repeating: 7, count: length / 2)
        try writer.putLast(
            half.rawSpan,
            none.rawSpan,
            half.rawSpan,
            forKey: last.rawSpan,
            in: storage.table
        )
        try writer.commit()

        let copy = storage.scratch("copy")
        #expect(try storage.environment.copyCompacted(toFile: copy) { _ in true })
        let bytes = try Data(contentsOf: URL(fileURLWithPath: copy))
        #expect(bytes.range(of: Data(word)) == nil)
        let entries = try storage.environment.entries(of: storage.table)
        #expect(entries.count == 101)
        #expect(entries[0].value == [UInt8](repeating: 0, count: 2050))
        #expect(entries[50].value == [UInt8](repeating: 50, count: length))
    }
}
