import Testing

struct `A check of queries` {
    let program = Program()

    @Test func `answers each line, with the place of what is wrong`() async throws {
        let queries = """
            {"q": "SELECT Id FROM Nothing__c WHERE Name LIKE 'a%'"}
            {"id": 2, "q": "SELECT Id FROM"}
            {"q": "SELECT Id\\nFROM Contact LIMIT x"}
            """

        let answer = try await program.run("soql", "check", input: queries)

        #expect(answer.status == 1)
        #expect(answer.lines[0] == #"{"accepted":true}"#)
        #expect(
            answer.lines[1] == #"{"accepted":false,"errorCode":"MALFORMED_QUERY","message":"#
                + #""\nSELECT Id FROM\n              ^\nERROR at Row:1:Column:15\n"#
                + #"unexpected token: '<EOF>'","row":1,"column":15}"#
        )
        #expect(answer.objects[2]["row"] as? Int == 2)
        #expect(answer.objects[2]["column"] as? Int == 20)
        #expect(answer.lines.count == 3)
    }

    @Test func `answers what is no query, too, and goes on`() async throws {
        let lines = "{\"q\": 1}\n\n[\"q\"]\n{\"q\"\n{\"q\": \"SELECT Id FROM Lead\"}\n"

        let answer = try await program.run("soql", "check", input: lines)

        let errors = answer.objects.map { $0["error"] as? [String: String] }
        #expect(answer.status == 2)
        #expect(errors.prefix(4).allSatisfy { $0?["code"] == "INVALID_INPUT" })
        #expect(errors[1]?["message"]?.hasPrefix("Line 2 is no object with a query") == true)
        #expect(answer.lines.last == #"{"accepted":true}"#)
    }

    @Test func `is content when all queries are`() async throws {
        let answer = try await program.run("soql", "check", input: #"{"q": "SELECT Id FROM A"}"#)

        #expect(answer.status == 0)
        #expect(try await program.run("soql", "check").status == 0)
    }
}
