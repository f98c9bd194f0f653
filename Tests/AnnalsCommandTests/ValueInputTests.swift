import Foundation
import Testing

/// Numbers and texts as a person enters them, and as they are printed again.
struct `A value in JSON` {
    private let program = Program()

    private func makeStore() async throws -> String {
        let schema = try program.write(
            #"""
            {"objects": [{"name": "T__c", "fields": [
              {"name": "X__c", "type": "string", "length": 100, "unique": true, "externalId": true},
              {"name": "V__c", "type": "string"}, {"name": "D__c", "type": "double"},
              {"name": "I__c", "type": "int", "unique": true, "externalId": true},
              {"name": "Day__c", "type": "date"}]}]}
            """#,
            to: "s.json"
        )
        try await program.run("init", program("store"), "--schema", schema)
        return program("store")
    }

    private func create(_ json: String, in store: String) async throws -> Program.Answer {
        try await program.run("create", store, "T__c", "--json", input: json)
    }

    private func values(_ field: String, in store: String) async throws -> [String] {
        let query = "SELECT \(field) FROM T__c ORDER BY CreatedDate, Id"
        let answer = try await program.run("query", store, query, "--csv")
        // The line ending of CSV, CR LF, is one `Character`.
        return answer.output.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .dropFirst().dropLast().map(String.init)
    }

    @Test func `that is a number keeps its digits in a text`() async throws {
        let store = try await makeStore()

        let answer = try await create(
            """
            {"X__c": 89011234567890123451, "V__c": 1.10}
            {"X__c": 89011234567890123452, "V__c": 1e400}
            """,
            in: store
        )

        #expect(answer.status == 0)
        #expect(
            try await values("X__c", in: store)
                == ["89011234567890123451", "89011234567890123452"]
        )
        #expect(try await values("V__c", in: store) == ["1.10", "1e400"])
    }

    @Test(arguments: [
        (#"{"I__c": 100200300400}"#, "NUMBER_OUTSIDE_VALID_RANGE"),
        (#"{"I__c": "100200300400"}"#, "NUMBER_OUTSIDE_VALID_RANGE"),
        (#"{"I__c": 5.5}"#, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        (#"{"D__c": 1e400}"#, "NUMBER_OUTSIDE_VALID_RANGE"),
        (#"{"D__c": 1e-400}"#, "NUMBER_OUTSIDE_VALID_RANGE"),
        (#"{"D__c": 9007199254740993}"#, "NUMBER_OUTSIDE_VALID_RANGE"),
        (#"{"D__c": "0x10"}"#, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        (#"{"D__c": "nan"}"#, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        (#"{"V__c": "a\u0000b"}"#, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
    ])
    func `that does not fit is refused, and nothing is written`(json: String, code: String)
        async throws
    {
        let store = try await makeStore()

        let answer = try await create(json, in: store)

        #expect(answer.status == 1)
        #expect(answer.output.contains(code), "\(answer.output)\(answer.error)")
        #expect(try await values("Id", in: store).isEmpty)
    }

    @Test func `that is whole is an integer, however it is written`() async throws {
        let store = try await makeStore()

        let made = try await create(#"[{"I__c": 5.0}, {"I__c": "6.0"}, {"I__c": 7e0}]"#, in: store)
        let again = try await program.run(
            "upsert",
            store,
            "T__c",
            "--by",
            "I__c",
            "--json",
            input: #"{"I__c": "7.00", "V__c": "again"}"#
        )

        #expect(made.status == 0)
        #expect(again.status == 0, "\(again.error)")
        #expect(try await values("I__c", in: store) == ["5", "6", "7"])
        #expect(try await values("V__c", in: store).last == "again")
    }

    @Test func `that is the last for its field counts`() async throws {
        let store = try await makeStore()

        let answer = try await create(#"{"v__c": "first", "V__c": "second"}"#, in: store)

        #expect(answer.status == 0)
        #expect(try await values("V__c", in: store) == ["second"])
    }

    @Test func `that is a moment is a day in a date`() async throws {
        let store = try await makeStore()

        let answer = try await create(#"{"Day__c": "2020-12-22T21:16:01Z"}"#, in: store)

        #expect(answer.status == 0)
        #expect(try await values("Day__c", in: store) == ["2020-12-22"])
    }

    @Test(arguments: [
        (#"{"X__c": 1,}"#, "line 1, character 11: it is not JSON: a comma stands before '}'."),
        (
            #"{"X__c": "\ud800"}"#,
            "line 1, character 11: it is not JSON: \\ud800 is half of a character."
        ),
        (
            "{\"X__c\":\n \"a\tb\"}",
            "line 2, character 4: it is not JSON: a string holds the control character U+0009."
        ),
        (
            #"{"X__c": NaN}"#,
            "line 1, character 10: it is not JSON: 'NaN' is neither true, false nor null."
        ),
        (#"{"X__c": "#, "line 1, character 10: it is not JSON: it ends too early."),
        (
            #"{"X__c": 01}"#,
            "line 1, character 10: it is not JSON: a number begins with a needless zero."
        ),
    ])
    func `that cannot be read is refused in plain words`(json: String, message: String)
        async throws
    {
        let store = try await makeStore()

        let answer = try await create(json, in: store)

        #expect(answer.status == 2)
        #expect(answer.failure["code"] == "MALFORMED_JSON")
        #expect(answer.failure["message"] == "standard input, \(message)")
    }

    @Test func `that is nested without end is refused`() async throws {
        let store = try await makeStore()

        let answer = try await create(String(repeating: "[{\"a\":", count: 200_000), in: store)

        #expect(answer.status == 2)
        #expect(answer.failure["message"]?.contains("more than 128 brackets are open") == true)
    }
}
