import Testing

@testable import AnnalsSchema

struct `A key that an object has twice` {
    @Test(arguments: [
        (#"{"a": 1, "a": 2}"#, "a", 9),
        (#"[{"a": 1}, {"b": {"c": 1, "d": [], "c": 1}}]"#, "c", 35),
        (#"{"a": {"a": 1}, "b": "a", "a" : 2}"#, "a", 26),
        (#"{"a": 1, "\u0061": 2}"#, "a", 9),
        (#"{"\"": 1, "\u0022": 2}"#, "\"", 10),
        // Equal to a dictionary, so one of them would be lost.
        ("{\"\u{E9}\": 1, \"e\u{301}\": 2}", "\u{E9}", 10),
        (#"{"": 1, "": 2}"#, "", 8),
    ])
    func `is found, with the place of the second one`(json: String, name: String, offset: Int) {
        let found = RepeatedKey(in: Array(json.utf8))

        #expect(found?.name == name)
        #expect(found?.offset == offset)
        #expect(found?.line == 1)
    }

    @Test(arguments: [
        "", "7", #""a""#, "{}", #"{"a": "a", "b": "a"}"#, #"[{"a": 1}, {"a": 1}]"#,
        #"{"a": {"a": {"a": 1}}}"#, #"{"a": "\"a\": 1, \"a\": 2"}"#, #"{"a": 1, "A": 2}"#,
        #"["a", "a"]"#, #"{"a": ["a", "a"], "\\": "\\"}"#, #"{"a": 1, "a"#, "}\"a\":1",
    ])
    func `is not there`(json: String) {
        #expect(RepeatedKey(in: Array(json.utf8)) == nil)
    }

    @Test func `makes a schema file refused`() {
        let json = """
            {"objects": [{"name": "Contact",
              "name": "Account", "fields": []}]}
            """

        let error = #expect(throws: SchemaError.self) { try SchemaFile(json: Array(json.utf8)) }

        #expect(
            error?.description
                == "schema file: an object has the key \"name\" twice, the second time in line 2 "
                + "at character 3"
        )
    }
}
