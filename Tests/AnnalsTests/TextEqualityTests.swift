import AnnalsTestSupport
import Testing

@testable import Annals

/// Texts that are equal in Swift, but different to the store, wherever it compares them.
struct `Two texts that are canonically equivalent` {
    private static let json = #"""
        {"objects": [{"name": "T__c", "fields": [
          {"name": "Key__c", "type": "string", "length": 100, "unique": true, "externalId": true},
          {"name": "Exact__c", "type": "string", "length": 100, "unique": true,
           "caseSensitive": true, "externalId": true},
          {"name": "Text__c", "type": "string", "indexed": true}, {"name": "Plain__c", "type": "string"},
          {"name": "Pick__c", "type": "picklist", "restricted": true, "values": [
            {"value": "Café"}]}]}]}
        """#

    static let pairs = [
        ("Caf\u{E9}", "Cafe\u{301}"), ("\u{AC00}", "\u{1100}\u{1161}"), ("\u{C5}x", "A\u{30A}x"),
    ]

    private func makeStore() throws -> TestStore {
        try TestStore(schema: SchemaFile(json: Array(Self.json.utf8)))
    }

    private func bytes(_ value: Value?) -> [UInt8]? {
        if case .text(let text)? = value { Array(text.utf8) } else { nil }
    }

    @Test(arguments: pairs)
    func `may both be keys, and find their own record`(left: String, right: String) async throws {
        let test = try makeStore()
        for name in ["Key__c", "Exact__c"] {
            let created = try await test.session.upsert(
                [left, right].map { SObject("T__c", [name: .text($0)] as KeyValuePairs) },
                by: name
            )
            #expect(created.map(\.isCreated) == [true, true])
            #expect(
                try await test.store.session().find(left, in: name, of: "T__c") == [created[0].id]
            )
            #expect(
                try await test.store.session().find(right, in: name, of: "T__c") == [created[1].id]
            )
        }
    }

    @Test(arguments: pairs)
    func `are a change of each other`(left: String, right: String) async throws {
        let test = try makeStore()
        let created = try await test.session.create([SObject("T__c", ["Text__c": .text(left)])])[0]
        let id = try #require(created.id)
        let before = try #require(created.position)

        let updated = try await test.session.update([
            SObject("T__c", id: id, ["Text__c": .text(right)])
        ])[0]

        #expect(updated.position != nil)
        let differences = try await test.store.session().differences(from: .position(before))
        #expect(differences.count == 1)
        #expect(bytes(differences.first?.changes.first?.before) == Array(left.utf8))
        #expect(bytes(differences.first?.changes.first?.after) == Array(right.utf8))
    }

    @Test(arguments: pairs)
    func `are two to a query`(left: String, right: String) async throws {
        let test = try makeStore()
        _ = try await test.session.create(
            [left, right].flatMap { text in
                ["Text__c", "Plain__c"].map { SObject("T__c", [$0: .text(text)] as KeyValuePairs) }
            }
        )
        for field in ["Text__c", "Plain__c"] {
            for (filter, count) in [
                ("= '\(left)'", 1), ("= '\(right)'", 1), ("IN ('\(left)')", 1),
                ("IN ('\(left)', '\(right)')", 2), ("NOT IN ('\(left)', '\(right)')", 0),
                ("LIKE '\(left)%'", 1), ("LIKE '%\(right)'", 1), ("!= '\(left)'", 1),
            ] {
                let found = try await test.session.query(
                    text: "SELECT Id FROM T__c WHERE \(field) \(filter) AND \(field) != null"
                )
                #expect(found.records.count == count, "\(field) \(filter)")
            }
            let groups = try await test.session.query(
                text:
                    "SELECT \(field), COUNT(Id) n FROM T__c WHERE \(field) != null GROUP BY \(field)"
            )
            #expect(groups.records.count == 2)
            let distinct = try await test.session.query(
                text: "SELECT COUNT_DISTINCT(\(field)) n FROM T__c"
            )
            guard case .value(let count)? = distinct.records.first?["n"] else {
                Issue.record("there is no count")
                continue
            }
            #expect(count == 2)
        }
    }

    @Test func `are not both in a restricted list`() async throws {
        let test = try makeStore()
        let results = try await test.session.create(
            ["Caf\u{E9}", "Cafe\u{301}", "CAF\u{C9}", "Cafe\u{301}", "Caf\u{E9}"].map {
                SObject("T__c", ["Pick__c": .text($0)])
            }
        )

        #expect(results.map(\.isSuccess) == [true, false, true, false, true])
        let records = try await test.session.retrieve(
            from: "T__c",
            ids: results.compactMap(\.id).map { RecordReference($0) }
        )
        for record in records { #expect(bytes(record?["Pick__c"]) == Array("Caf\u{E9}".utf8)) }
    }

    @Test func `change a definition`() async throws {
        let test = try makeStore()
        let json =
            #"{"objects": [{"name": "T__c", "label": "Caf\u00e9", "fields": [{"name": "Text__c", "label": "Caf\u00e9"}]}]}"#
        try await test.store.define(SchemaFile(json: Array(json.utf8)))
        let other = json.replacing(#"\u00e9"#, with: #"e\u0301"#)

        #expect(try await test.store.define(SchemaFile(json: Array(other.utf8))) == ["T__c"])
        #expect(try await test.store.define(SchemaFile(json: Array(other.utf8))) == [])
        #expect(
            Array(test.store.schema["T__c"]?.label.utf8 ?? "".utf8) == Array("Cafe\u{301}".utf8)
        )
    }
}

struct `A number in a condition` {
    private static let json = #"""
        {"objects": [{"name": "T__c", "fields": [
          {"name": "Double__c", "type": "double"}, {"name": "Int__c", "type": "int"},
          {"name": "Key__c", "type": "double", "unique": true, "externalId": true},
          {"name": "Other__c", "type": "reference", "referenceTo": ["T__c"],
           "relationshipName": "Other__r"}]}]}
        """#

    private func makeStore() throws -> TestStore {
        try TestStore(schema: SchemaFile(json: Array(Self.json.utf8)))
    }

    @Test func `is compared with all of its digits`() async throws {
        let test = try makeStore()
        _ = try await test.session.create([
            SObject("T__c", ["Double__c": .double(0x1p53), "Int__c": .integer(Int(Int32.max))]),
            SObject("T__c", ["Double__c": .double(0.1), "Int__c": .integer(Int(Int32.min))]),
            SObject("T__c", ["Double__c": .double(.greatestFiniteMagnitude), "Int__c": 0]),
        ])
        let huge = "1" + String(repeating: "0", count: 400)
        let tiny = "0." + String(repeating: "0", count: 400) + "1"
        for (filter, count) in [
            ("Double__c = 9007199254740992", 1), ("Double__c = 9007199254740993", 0),
            ("Double__c != 9007199254740993", 3), ("Double__c > 9007199254740991", 2),
            ("Double__c < 9007199254740993", 2), ("Double__c >= 9007199254740993", 1),
            ("Double__c > 9007199254740992.5", 1), ("Double__c IN (9007199254740993, 0.1)", 1),
            ("Double__c = 0.1", 1), ("Double__c = 0.1000000000000000055511151231257827", 1),
            ("Double__c < \(huge)", 3), ("Double__c > \(huge)", 0), ("Double__c > -\(huge)", 3),
            ("Double__c = \(huge)", 0), ("Double__c > \(tiny)", 3), ("Double__c = \(tiny)", 0),
            ("Int__c = 2147483648", 0), ("Int__c < 2147483648", 3), ("Int__c > 2147483646.5", 1),
            ("Int__c = 2147483647.0", 1), ("Int__c >= 99999999999999999999", 0),
            ("Int__c <= 99999999999999999999", 3), ("Int__c > -99999999999999999999", 3),
            ("Int__c > -2147483648.5", 3), ("Int__c < -2147483647.5", 1),
            ("Int__c = 9223372036854775807", 0), ("Int__c < 9223372036854775807.5", 3),
            ("Int__c = -0", 1), ("Int__c = 0.5", 0), ("Int__c IN (0.0, 2147483648)", 1),
        ] {
            let found = try await test.session.query(text: "SELECT Id FROM T__c WHERE \(filter)")
            #expect(found.records.count == count, "\(filter)")
        }
    }

    @Test(arguments: [("1e5", "1e5"), ("-1.5E5", "1.5E5"), ("5e", "5e")])
    func `has no exponent`(number: String, shown: String) async throws {
        let test = try makeStore()

        let error = await #expect(throws: StoreError.self) {
            try await test.session.query(text: "SELECT Id FROM T__c WHERE Double__c = \(number)")
        }

        #expect("\(try #require(error))".contains("missing value at '\(shown)'"))
    }

    @Test func `that is a foreign key is compared as a number`() async throws {
        let test = try makeStore()
        let target = try await test.session.create([SObject("T__c", ["Key__c": 7])])[0]
        for text in ["7", "7.0", " 07 ", "70e-1"] {
            let made = try await test.session.create([
                SObject(
                    "T__c",
                    ["Other__c": .lookup(object: "T__c", field: "Key__c", value: text)]
                )
            ])[0]
            let id = try #require(made.id)
            let record = try await test.session.retrieve(from: "T__c", ids: [RecordReference(id)])[
                0
            ]
            #expect(record?["Other__c"] == target.id.map(Value.id))
        }
        for text in ["8", "seven", "1e400"] {
            let made = try await test.session.create([
                SObject(
                    "T__c",
                    ["Other__c": .lookup(object: "T__c", field: "Key__c", value: text)]
                )
            ])[0]
            #expect(made.errors.first?.statusCode == .invalidField)
        }
    }
}
