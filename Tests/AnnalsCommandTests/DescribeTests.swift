import Foundation
import Testing

struct `A description on the command line` {
    let program = Program()

    private func makeStore() async throws -> String {
        try await program.run("init", program("store"))
        return program("store")
    }

    @Test func `of objects is a line for each, with the members in their order`() async throws {
        let store = try await makeStore()

        let answer = try await program.run("describe", store, "Lead", "Case", "--json")

        #expect(answer.objects.map { $0["name"] as? String } == ["Lead", "Case"])
        #expect(answer.output.hasPrefix(#"{"actionOverrides":[],"activateable":false,"#))
        #expect(
            answer.lines[0].hasSuffix(
                #""quickActions":"/services/data/v67.0/sobjects/Lead/quickActions","#
                    + #""layouts":"/services/data/v67.0/sobjects/Lead/describe/layouts","#
                    + #""sobject":"/services/data/v67.0/sobjects/Lead"}}"#
            )
        )
    }

    @Test func `of all objects is one line`() async throws {
        let store = try await makeStore()

        let answer = try await program.run("describe", store, "--json", "--api-version", "60")

        #expect(answer.output.hasPrefix(#"{"encoding":"UTF-8","maxBatchSize":200,"sobjects":[{"#))
        #expect(answer.lines.count == 1)
        #expect((answer.objects[0]["sobjects"] as? [[String: Any]])?.count == 9)
    }

    @Test func `is a table for people`() async throws {
        let store = try await makeStore()

        let all = try await program.run("describe", store)
        let one = try await program.run("describe", store, "Account", "--api-version", "59")
        let old = try await program.run("describe", store, "ContactRequest", "--api-version", "59")

        #expect(all.lines[0] == "object          prefix  label            calls")
        #expect(
            all.lines.contains(
                "User            005     User             create, update, retrieve, replicate"
            )
        )
        #expect(one.lines[0] == "Account: Account, ids begin with 001")
        #expect(one.lines.contains("Account         ParentId   ChildAccounts    keep"))
        #expect(old.output.contains("Status") && !old.output.contains("IsCallback"))
    }

    @Test func `begins page links with the given address`() async throws {
        let store = try await makeStore()

        let answer = try await program.run(
            "describe",
            store,
            "Lead",
            "--json",
            "--instance-url",
            "https://a.example"
        )

        let urls = answer.objects[0]["urls"] as? [String: String]
        #expect(urls?["uiNewRecord"] == "https://a.example/00Q/e")
    }

    @Test func `of an unknown object has the code of the API`() async throws {
        let store = try await makeStore()

        let described = try await program.run("describe", store, "Lead", "Nothing", "--json")
        let laidOut = try await program.run("layout", store, "Nothing", "--json")

        for answer in [described, laidOut] {
            #expect(answer.status == 2)
            #expect(answer.output.isEmpty)
            #expect(answer.failure["code"] == "INVALID_TYPE")
        }
    }

    @Test func `of a layout is made of the schema, or of a layout file`() async throws {
        let store = try await makeStore()
        let file = try program.write(
            #"{"object": "Case", "sections": [{"heading": "Short", "rows": [["Subject"]]}]}"#,
            to: "layout.json"
        )

        let own = try await program.run("layout", store, "Case")
        let declared = try await program.run("layout", store, "Case", "--layout", file)
        let json = try await program.run("layout", store, "Case", "--layout", file, "--json")

        #expect(
            own.lines[1]
                == "Case Information    1    1       CaseNumber        Case Number       Readonly"
        )
        #expect(
            declared.lines == [
                "section  row  column  field    label    behavior",
                "Short    1    1       Subject  Subject  Edit",
            ]
        )
        #expect(json.lines.count == 1)
        #expect(json.output.hasPrefix(#"{"layouts":[{"buttonLayoutSection":null,"#))
        #expect(json.output.contains(#""recordTypeSelectorRequired":[false]}"#))
    }

    @Test(arguments: [
        ("{\n\"object\" \"Case\"}", "in line 2 at character 10."),
        (#"{"object": "Case", "sections": [{"rows": [["X"]]}]}"#, "sections[0].rows[0][0]: Case"),
        (#"{"object": "Lead", "sections": [{"rows": [["Name"]]}]}"#, "object: it is Lead"),
    ])
    func `of a layout tells what is wrong with a layout file`(
        json: String,
        finding: String
    ) async throws {
        let store = try await makeStore()
        let file = try program.write(json, to: "layout.json")

        let answer = try await program.run("layout", store, "Case", "--layout", file, "--json")

        #expect(answer.status == 2)
        #expect(answer.failure["code"] == "INVALID_LAYOUT")
        #expect(answer.failure["message"]?.hasPrefix("\(file): ") == true)
        #expect(answer.failure["message"]?.contains(finding) == true)
    }

    @Test func `of a layout tells that there is no layout file`() async throws {
        let store = try await makeStore()

        let answer = try await program.run("layout", store, "Case", "--layout", program("none"))

        #expect(answer.status == 2)
        #expect(answer.error.hasPrefix("annals: There is no file "))
    }
}
