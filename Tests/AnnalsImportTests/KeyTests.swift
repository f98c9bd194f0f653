import Annals
import Testing

@testable import AnnalsImport

struct `A key of an import` {
    private static let schema = """
        {"objects": [{"name": "T__c", "fields": [
          {"name": "X__c", "type": "string", "length": 100, "unique": true, "externalId": true},
          {"name": "V__c", "type": "string"},
          {"name": "N__c", "type": "double", "unique": true, "externalId": true},
          {"name": "Other__c", "type": "reference", "referenceTo": ["T__c"],
           "relationshipName": "Other__r"}]}]}
        """

    private static func mapping(key: String) -> String {
        """
        {"object": "T__c", "key": {"field": "\(key)", "value": "{k}"},
         "operation": {"value": "{op}"}, "fields": {"V__c": "{v}"}}
        """
    }

    private func values(
        _ store: ImportStore,
        _ query: String = "SELECT V__c FROM T__c ORDER BY V__c"
    ) async throws -> [String] {
        let opened = try store.open()
        defer { opened.close() }
        return try await opened.session().query(text: query).records.map {
            if case .value(let value)? = $0["V__c"] { value.description } else { "" }
        }
    }

    @Test func `is another where its bytes are others`() async throws {
        for (left, right) in [("Caf\u{E9}", "Cafe\u{301}"), ("\u{AC00}", "\u{1100}\u{1161}")] {
            let store = try ImportStore(schema: Self.schema)

            let summary = try await store.importing(
                "op,k,v\nupsert,\(left),one\nupsert,\(right),two\ndelete,\(left),\n",
                named: "n.csv",
                mapping: Self.mapping(key: "X__c")
            )

            #expect(summary.created == 2)
            #expect(summary.deleted == 1)
            #expect(try await values(store) == ["two"])
            let again = try await store.importing(
                "op,k,v\nundelete,\(left),\ndelete,\(right),\n",
                named: "again.csv",
                mapping: Self.mapping(key: "X__c")
            )
            #expect(again.undeleted == 1)
            #expect(try await values(store) == ["one"])
        }
    }

    @Test func `that is a number is the same however it is written, in one file`() async throws {
        let store = try ImportStore(schema: Self.schema)

        let summary = try await store.importing(
            """
            op,k,v
            create,7,one
            update,7.0,two
            upsert,07,three
            delete,70e-1,
            undelete,+7,
            update,7.,four
            create,8.0,five
            delete,8,

            """,
            named: "n.csv",
            mapping: Self.mapping(key: "N__c")
        )

        #expect(summary.rejected == 0)
        #expect(summary.created == 2)
        #expect(summary.undeleted == 1)
        #expect(try await values(store) == ["four"])
    }

    @Test func `that is a number is the same however it is written, in two files`() async throws {
        let store = try ImportStore(schema: Self.schema)
        let mapping = Self.mapping(key: "N__c")

        _ = try await store.importing(
            "{\"op\":\"create\",\"k\":7,\"v\":\"one\"}\n{\"op\":\"delete\",\"k\":7.00}\n",
            named: "1.jsonl",
            mapping: mapping
        )
        let second = try await store.importing(
            "op,k,v\nundelete,07,\nupdate,7.0,two\n",
            named: "2.csv",
            mapping: mapping
        )

        #expect(second.rejected == 0)
        #expect(second.undeleted == 1)
        #expect(try await values(store) == ["two"])
    }

    @Test func `keeps the digits of a JSON number`() async throws {
        let store = try ImportStore(schema: Self.schema)

        let summary = try await store.importing(
            """
            {"op": "upsert", "k": 89011234567890123451, "v": 1.10}
            {"op": "upsert", "k": 89011234567890123452, "v": 1e400}

            """,
            mapping: Self.mapping(key: "X__c")
        )

        #expect(summary.created == 2)
        #expect(try await values(store) == ["1.10", "1e400"])
    }

    @Test func `of a reference is compared as its field compares it`() async throws {
        let store = try ImportStore(schema: Self.schema)
        let mapping = """
            {"object": "T__c", "key": {"field": "X__c", "value": "{k}"}, "fields": {
              "V__c": "{v}",
              "Other__c": {"reference": "T__c", "by": "N__c", "value": "{n}", "create": {}}}}
            """

        let summary = try await store.importing(
            "k,v,n\na,1,7\nb,2,7.0\nc,3,07\nd,4,8\n",
            named: "n.csv",
            mapping: mapping
        )

        #expect(summary.rejected == 0)
        #expect(summary.referencesCreated == ["T__c": 2])
        let found = try await values(
            store,
            "SELECT V__c FROM T__c WHERE Other__r.N__c = 7 ORDER BY V__c"
        )
        #expect(found == ["1", "2", "3"])
    }
}

struct `A row of JSON Lines` {
    private static let mapping = """
        {"object": "Contact", "key": {"field": "Email", "value": "{k}"},
         "fields": {"LastName": "{v}"}}
        """

    @Test(arguments: [
        (#"{"k": "a@b.c", "v": 1,}"#, "it is not JSON: a comma stands before '}' at byte 21"),
        (#"{"k": "a@b.c", "v": "\ud800"}"#, "\\ud800 is half of a character at byte 21"),
        (#"{"k": "a@b.c", "v": NaN}"#, "'NaN' is neither true, false nor null at byte 20"),
        (#"{"k": "a@b.c", "v": 01}"#, "a number begins with a needless zero at byte 20"),
        (#"{"k": "a@b.c", "v": ["x"]}"#, "{v} is a list, no plain value"),
        ("7", "it is a number where an object is expected"),
        (
            #"{"k": "a@b.c", "k": 1}"#,
            "an object has the key \"k\" twice, the second time at byte 15"
        ),
        (#"{"k": "a@b.c"} {}"#, "something follows its end at byte 15"),
    ])
    func `that cannot be read is refused in plain words`(row: String, reason: String) async throws {
        let store = try ImportStore()

        let summary = try await store.importing(
            "\(row)\n{\"k\": \"d@e.f\", \"v\": \"x\"}\n",
            mapping: Self.mapping,
            options: store.rejectOptions()
        )

        #expect(summary.rejected == 1)
        #expect(summary.created == 1)
        let message = try #require(try store.rejects().first?.error.message)
        #expect(message.contains(reason), "\(message)")
    }
}
