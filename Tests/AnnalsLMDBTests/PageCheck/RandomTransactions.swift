import AnnalsTestSupport
import Testing

@testable import AnnalsLMDB

/// Random puts, overwrites, deletes and aborts, with a reader now and then; after each commit the
/// file is walked, and the counts are compared with LMDB's.
struct RandomTransactions {
    let seed: UInt64
    let path: String

    func run(transactions: Int) throws {
        var random = SeededRandom(seed: seed)
        let sizeMax = [100, 1500, 20_000].randomElement(using: &random)!
        let keyCount = [20, 2000].randomElement(using: &random)!
        let database = Database(path)
        for _ in 0..<transactions {
            let share = Int.random(in: 0...100, using: &random)
            let work: (borrowing RawWrite) -> Void = { transaction in
                for _ in 0..<[1, 10, 300].randomElement(using: &random)! {
                    let table = ["a", "b", "c"].randomElement(using: &random)!
                    let number = Int.random(in: 0..<keyCount, using: &random)
                    let long = number % 7 == 0 ? [UInt8](repeating: 65, count: 300) : []
                    if Int.random(in: 0..<100, using: &random) < share {
                        transaction.delete(key(number) + long, in: table)
                    } else {
                        let size = Int.random(in: 0...sizeMax, using: &random)
                        transaction.put(key(number) + long, count: size, in: table)
                    }
                }
            }
            let isRead = Int.random(in: 0..<3, using: &random) == 0
            let isAborted = Int.random(in: 0..<8, using: &random) == 0
            let write = { database.write(aborting: isAborted, work) }
            if isRead { database.whileReading(write) } else { write() }

            try PageCheck.checkHeader(ofFile: path)
            let summary = try PageCheck.walk(file: path)
            #expect(summary.leakedPages == 0)
            #expect(
                Database.entries(in: database.environment, tables: summary.tables.keys)
                    == summary.tables
            )
        }
    }
}
