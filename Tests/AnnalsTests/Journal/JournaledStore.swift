import AnnalsLMDB
import AnnalsTestSupport
import Foundation

@testable import Annals
@testable import AnnalsLog

/// A store and what a crash would leave of it: the store as it was a few calls ago, and a journal
/// with one entry for each later call.
struct JournaledStore {
    let scratch = Scratch()
    /// The path of the complete store, closed.
    let whole: String
    /// The path of the store before the calls in the journal.
    let base: String
    /// The transactions in the journal.
    private(set) var transactions: [StoredTransaction] = []

    /// The contents of the store after none of these, after the first, and so on.
    private(set) var states: [[String: [[UInt8]: [UInt8]]]] = []

    init(calls count: Int = 6) async throws {
        (whole, base) = (scratch("whole"), scratch("base"))
        try RecordStore.create(at: whole)
        var ids: [RecordID] = []
        for number in 0..<(4 + count) {
            try await call(number, &ids)
            try waitUntilClosed(whole)
            if number == 3 { try FileManager.default.copyItem(atPath: whole, toPath: base) }
            if number >= 3 { states.append(try storeContents(at: whole)) }
        }
        transactions = try await Self.transactions(of: whole).suffix(count)
        try waitUntilClosed(whole)
    }

    private func call(_ number: Int, _ ids: inout [RecordID]) async throws {
        let session = try RecordStore(at: whole).session()
        switch number % 4 {
        case 1:
            try await session.update("Contact", id: ids[number / 2], ["LastName": "Sato"])
        case 2: try await session.delete(ids[number / 3])
        default:
            let text = String(repeating: "Ng", count: 1 + number * 4)
            let contact = SObject("Contact", ["LastName": .text(text)])
            let options = CallOptions(idempotencyKey: "\(number)")
            let made = try await session.create([contact, contact], options: options)
            ids += made.compactMap(\.id)
        }
    }

    static func transactions(of path: String) async throws -> [StoredTransaction] {
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        let store = try RecordStore(at: path, configuration: configuration)
        let reader = try await store.reader()
        let count = try reader.tables.log.end(in: reader.transaction).number
        return try (0..<count).compactMap {
            try reader.tables.log.read($0 + 1, in: reader.transaction)
        }
    }

    /// A copy of the base with a journal of these transactions, one entry each.
    func crashed(
        _ name: String,
        _ transactions: [StoredTransaction],
        isSynchronized: Bool = true
    ) throws -> (path: String, ends: [Int]) {
        let path = scratch(name)
        try FileManager.default.copyItem(atPath: base, toPath: path)
        return (path, try Self.write(transactions, in: path, isSynchronized: isSynchronized))
    }

    @discardableResult
    static func write(
        _ transactions: [StoredTransaction],
        in folder: String,
        isSynchronized: Bool = true
    ) throws -> [Int] {
        let journal = try Journal(in: folder, isSynchronized: isSynchronized)
        return try transactions.map { transaction in
            try append([transaction], to: journal)
            return journal.end
        }
    }

    /// Appends transactions to the log of a closed store, and leaves its journal as it is.
    static func give(_ transactions: [StoredTransaction], to path: String) throws {
        let journal = path + "/journal"
        try FileManager.default.moveItem(atPath: journal, toPath: journal + ".kept")
        try write(transactions, in: path)
        do { _ = try RecordStore(at: path) }
        try waitUntilClosed(path)
        try FileManager.default.moveItem(atPath: journal + ".kept", toPath: journal)
    }

    static func append(_ transactions: [StoredTransaction], to journal: Journal) throws {
        var entry = JournalEntry()
        for transaction in transactions {
            entry.append(
                FinishedTransaction(head: transaction.bytes, tail: [], end: LogHead(transaction))
            )
        }
        try journal.append(&entry)
    }

    /// A copy of the base whose journal has these bytes.
    func crashed(_ name: String, journal: Data) throws -> String {
        let path = scratch(name)
        try FileManager.default.copyItem(atPath: base, toPath: path)
        try journal.write(to: URL(filePath: path + "/journal"))
        return path
    }
}
