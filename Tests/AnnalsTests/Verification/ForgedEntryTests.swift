import Annals
import AnnalsTestSupport
import Testing

/// Entries in tables that consist of keys only: queries, the recycle bin and getUpdated depend on
/// them.
struct `A forged entry` {
    private static func isOfRows(_ table: String) -> Bool {
        ["index.", "times.", "deletions."].contains { table.hasPrefix($0) }
            || ["bin", "cascades"].contains(table)
    }

    private func digits(_ key: [UInt8]) -> String {
        key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func `that is missing is the one that is named`() async throws {
        let store = try await LivedInStore()
        var tables: Set<String> = []
        for (table, entries) in try contents(ofStore: store.path) where Self.isOfRows(table) {
            guard let key = entries.keys.min(by: { $0.lexicographicallyPrecedes($1) }) else {
                continue
            }
            let copy = store.scratch("without \(table)")
            try copyStore(at: store.path, to: copy) { $0 == table && $1 == key ? nil : $2 }
            let found = try await RecordStore.verify(at: copy).findings
            #expect(found.map(\.table) == [table])
            #expect(found.map(\.key) == [digits(key)])
            #expect(found.allSatisfy { $0.record != nil })
            tables.insert(table.split(separator: ".").first.map(String.init) ?? "")
        }
        #expect(tables.isSuperset(of: ["index", "times", "deletions", "bin"]), "\(tables)")
    }

    @Test func `that leads to another record is named, and what stood in its place`() async throws {
        let store = try await LivedInStore()
        for (table, entries) in try contents(ofStore: store.path) where Self.isOfRows(table) {
            // The number of entries is unchanged.
            guard let key = entries.keys.min(by: { $0.lexicographicallyPrecedes($1) }) else {
                continue
            }
            var other = key
            other[other.count - 1] ^= 0x40
            let copy = store.scratch("other \(table)")
            try copyStore(at: store.path, to: copy, added: [(table, other, [])]) {
                $0 == table && $1 == key ? nil : $2
            }
            let found = try await RecordStore.verify(at: copy).findings
            #expect(Set(found.map(\.key)) == [digits(key), digits(other)], "\(table): \(found)")
            #expect(found.allSatisfy { $0.table == table })
        }
    }

    @Test func `in a table that no store has is named`() async throws {
        let store = try await LivedInStore()
        let copy = store.scratch("foreign")
        try copyStore(at: store.path, to: copy, tables: ["foreign"], added: [("foreign", [1], [2])])
        await #expect(try RecordStore.verify(at: copy).findings.map(\.table) == ["foreign"])
    }
}
