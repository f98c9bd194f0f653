import Annals
import AnnalsTestSupport
import Testing

struct `A store that lacks a derived table` {
    @Test(arguments: [
        "schema", "counters", "bin", "keys", "tree", "records.4", "times.4", "index.4.65282",
    ])
    func `asks for a rebuild, is found out by check, and is whole after the rebuild`(
        table: String
    ) async throws {
        let test = try await ClosedStore()
        let path = try test.copy(without: table)

        let refused = #expect(throws: StoreError.self) { try RecordStore(at: path) }
        #expect(
            refused?.description
                == "The store is damaged: every entry is missing in table \(table). Run `annals "
                + "rebuild \(path)` to rebuild what is derived from the log."
        )
        let report = try await RecordStore.check(at: path, scratch: test.scratch("check"))
        #expect(report.findings == ["every entry is missing in table \(table)"])

        // Whatever is named, all damaged tables are rebuilt, because a store that can't be opened
        // is useless.
        let made = try await RecordStore.rebuild(at: path, tables: ["watermarks"])

        #expect(made.contains(table))
        let store = try RecordStore(at: path)
        await #expect(try store.check(scratch: test.scratch("check")).findings == [])
        await #expect(try store.info().digest == RecordStore(at: test.path).info().digest)
        try await store.session().create("Contact", ["LastName": "Ng"])
    }

    @Test func `is rebuilt as well where what it lacks is not derived, but it lacks no log`()
        async throws
    {
        let test = try await ClosedStore()
        let path = try test.copy(without: "views")
        #expect(throws: StoreError.self) { try RecordStore(at: path) }
        _ = try await RecordStore.rebuild(at: path)
        _ = try RecordStore(at: path)

        let hopeless = try test.copy(without: "log")
        let error = await #expect(throws: StoreError.self) {
            try await RecordStore.rebuild(at: hopeless)
        }
        #expect(error?.description == "The store is damaged: every entry is missing in table log.")
    }
}

struct `A store with a counter that is far too large` {
    /// As one bit of it that flips can make it: whoever looked at each number up to it would not end.
    @Test func `asks for a rebuild, which makes it what it was`() async throws {
        let test = try await ClosedStore()
        let path = test.scratch("altered")
        try copyStore(at: test.path, to: path) { table, _, value in
            guard table == "counters" else { return value }
            var value = value
            value[value.count - 6] |= 0x20
            return value
        }
        for isReadOnly in [false, true] {
            let refused = #expect(throws: StoreError.self) {
                var configuration = RecordStore.Configuration()
                configuration.isReadOnly = isReadOnly
                return try RecordStore(at: path, configuration: configuration)
            }
            guard case .rebuildNeeded(_, let finding)? = refused else {
                Issue.record("\(refused.map { "\($0)" } ?? "opened")")
                continue
            }
            #expect(finding.table == "counters")
        }
        await #expect(try !RecordStore.verify(at: path).isClean)
        _ = try await RecordStore.rebuild(at: path)
        #expect(try storeContents(at: path)["counters"] == storeContents(at: test.path)["counters"])
    }
}

struct `A store with a definition that does not decode` {
    @Test func `asks for a rebuild, is found out by check, and is whole after the rebuild`()
        async throws
    {
        let test = try await ClosedStore()
        let path = test.scratch("damaged")
        try copyStore(at: test.path, to: path) { table, key, value in
            table == "schema" && key.last == 4 ? Array(value.dropLast(9)) : value
        }

        let error = #expect(throws: StoreError.self) { try RecordStore(at: path) }
        guard case .rebuildNeeded(path, let finding)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(finding.table == "schema")
        let report = try await RecordStore.check(at: path, scratch: test.scratch("check"))
        #expect(report.findings.count == 1)
        #expect(report.findings.first?.contains("in table schema at key 0004") == true)

        _ = try await RecordStore.rebuild(at: path, tables: [])

        let store = try RecordStore(at: path)
        await #expect(try store.check(scratch: test.scratch("check")).findings == [])
    }
}
