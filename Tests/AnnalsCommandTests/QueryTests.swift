import Foundation
import Testing

struct `A query on the command line` {
    let program = Program()

    /// Two accounts, the first of which has two contacts, and requests from one of those.
    private func makeStore() async throws -> String {
        let store = program("store")
        try await program.run("init", store)
        let accounts = try await create("Account", #"[{"Name": "Acme, \"Ltd\""}, {"Name": "B"}]"#)
        let people = """
            [{"LastName": "Ng", "FirstName": "Ada", "AccountId": "\(accounts[0])"},
             {"LastName": "Ito", "AccountId": "\(accounts[0])"}, {"LastName": "Solo\\nTwo"}]
            """
        let contacts = try await create("Contact", people)
        _ = try await create(
            "ContactRequest",
            #"[{"WhatId": "\#(accounts[0])", "WhoId": "\#(contacts[0])"}, {}]"#
        )
        return store
    }

    private func create(_ object: String, _ records: String) async throws -> [String] {
        let store = program("store")
        let answer = try await program.run("create", store, object, "--json", input: records)
        #expect(answer.status == 0)
        return answer.objects.compactMap { $0["id"] as? String }
    }

    @Test func `shows a parent's fields as columns, in the schema's spelling`() async throws {
        let store = try await makeStore()

        let answer = try await program.run(
            "query",
            store,
            "select name, c.account.NAME, account.owner.name from contact c order by name"
        )

        #expect(
            answer.lines == [
                #"Name       Account.Name  Account.Owner.Name"#,
                #"Ada Ng     Acme, "Ltd"   Administrator"#,
                #"Ito        Acme, "Ltd"   Administrator"#,
                #"Solo\nTwo                "#,
                "3 rows",
            ]
        )
        #expect(answer.status == 0)
    }

    @Test func `shows children below their record, and what TYPEOF found`() async throws {
        let store = try await makeStore()

        let children = try await program.run(
            "query",
            store,
            "SELECT Name, (SELECT LastName FROM contacts ORDER BY LastName) FROM Account"
        )
        let found = try await program.run(
            "query",
            store,
            "SELECT Name, TYPEOF What WHEN Account THEN Name, Phone END FROM ContactRequest"
        )

        #expect(
            children.lines == [
                "Name         Contacts", #"Acme, "Ltd"  2"#, "    LastName", "    Ito", "    Ng",
                "B            ", "2 rows",
            ]
        )
        #expect(found.lines[1] == #"CR-00000001  Account: Name Acme, "Ltd""#)
        #expect(found.lines[2] == "CR-00000002  ")
    }

    @Test func `answers in the REST API's shape, a record a line`() async throws {
        let store = try await makeStore()

        let answer = try await program.run(
            "query",
            store,
            "SELECT Name, Owner.Name, (SELECT Id FROM Contacts LIMIT 1), Parent.Name FROM Account",
            "--json",
            "--api-version",
            "60"
        )

        let sobjects = "/services/data/v60.0/sobjects/"
        #expect(
            answer.lines[0]
                == #"{"attributes":{"type":"Account","url":"\#(sobjects)Account/001000000000001AAA"},"#
                + #""Name":"Acme, \"Ltd\"","Owner":{"attributes":{"type":"User","url":"#
                + #""\#(sobjects)User/005000000000001AAA"},"Name":"Administrator"},"Contacts":"#
                + #"{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact","url":"#
                + #""\#(sobjects)Contact/003000000000001AAA"},"Id":"003000000000001AAA"}]},"#
                + #""Parent":null}"#
        )
        #expect(answer.lines.count == 2)
        #expect(answer.lines[1].hasSuffix(#""Contacts":null,"Parent":null}"#))
    }

    @Test func `counts and groups`() async throws {
        let store = try await makeStore()
        let count = "SELECT COUNT() FROM Contact"
        let groups = "SELECT Account.Name, COUNT(Id) FROM Contact GROUP BY Account.Name"

        #expect(try await program.run("query", store, count).output == "3\n")
        #expect(
            try await program.run("query", store, count, "--json").output
                == #"{"totalSize":3,"done":true,"records":[]}"# + "\n"
        )
        #expect(
            try await program.run("query", store, count, "--csv").output == "totalSize\r\n3\r\n"
        )
        #expect(
            try await program.run("query", store, groups, "--json").lines == [
                #"{"attributes":{"type":"AggregateResult"},"Name":null,"expr0":1}"#,
                #"{"attributes":{"type":"AggregateResult"},"Name":"Acme, \"Ltd\"","expr0":2}"#,
            ]
        )
        #expect(
            try await program.run("query", store, groups + " HAVING COUNT(Id) > 9", "--csv").output
                == "Name,expr0\r\n"
        )
    }

    @Test func `writes CSV that quotes what needs it`() async throws {
        let store = try await makeStore()

        let parents = try await program.run(
            "query",
            store,
            "select name, account.name, account.phone from contact",
            "--csv"
        )
        let others = try await program.run(
            "query",
            store,
            """
            SELECT Name, TYPEOF What WHEN Account THEN Name, Owner.Name ELSE Name END, IsCallback
            FROM ContactRequest
            """,
            "--csv"
        )
        let children = try await program.run(
            "query",
            store,
            "SELECT (SELECT Name FROM ContactRequests) FROM Account",
            "--csv"
        )
        let none = try await program.run(
            "query",
            store,
            "SELECT FIELDS(STANDARD), Owner.Name FROM Account WHERE Name = 'none'",
            "--csv"
        )

        #expect(
            parents.output == "Name,Account.Name,Account.Phone\r\n"
                + "Ada Ng,\"Acme, \"\"Ltd\"\"\",\r\nIto,\"Acme, \"\"Ltd\"\"\",\r\n"
                + "\"Solo\nTwo\",,\r\n"
        )
        #expect(
            others.output == "Name,What.Name,What.Owner.Name,IsCallback\r\n"
                + "CR-00000001,\"Acme, \"\"Ltd\"\"\",Administrator,false\r\nCR-00000002,,,false\r\n"
        )
        #expect(children.output.hasPrefix("ContactRequests\r\n\"{\"\"totalSize\"\":1,"))
        #expect(children.output.hasSuffix("}]}\"\r\n\r\n"))
        #expect(none.output.hasPrefix("Id,OwnerId,IsDeleted,Name,"))
        #expect(none.output.hasSuffix(",SystemModstamp,Owner.Name\r\n"))
    }

    @Test func `is answered as of a position or a time, and with the deleted`() async throws {
        let store = try await makeStore()
        let log = try await program.run("log", store, "--json")
        let position = try #require(
            log.objects.last { $0["object"] as? String == "Contact" }?["position"] as? Int
        )
        try await program.run("delete", store, "003000000000001AAA", "003000000000002AAA")
        let query = "SELECT COUNT() FROM Contact"

        func count(_ options: String...) async throws -> String {
            try await program.start(["query", store, query] + options).answer().output
        }

        #expect(try await count() == "1\n")
        #expect(try await count("--all") == "3\n")
        #expect(try await count("--as-of", String(position)) == "3\n")
        #expect(try await count("--as-of", String(position - 1)) == "2\n")
        let future = ["query", store, query, "--json", "--as-of", "2099-01-01T00:00:00Z"]
        let ahead = try await program.start(future).answer()
        #expect(ahead.status == 2)
        #expect(ahead.failure["code"] == "MOMENT_AHEAD")
    }

    @Test func `takes its dates from clock, zone and calendar of the caller`() async throws {
        let store = program("old")
        try await program.run("init", store, "--at", "2016-02-29T00:00:00Z")
        let time = ["--time", "2016-03-06T03:00:00Z"]  // a Sunday; in Chicago still Saturday
        _ = try await program.start(["create", store, "ContactRequest", "{}"] + time).answer()
        let query = "SELECT COUNT() FROM ContactRequest WHERE CreatedDate = "

        func count(_ literal: String, _ options: String...) async throws -> String {
            let arguments = ["query", store, query + literal, "--now", "2016-03-07T12:00:00Z"]
            return try await program.start(arguments + options).answer().output
        }

        #expect(try await count("YESTERDAY") == "1\n")
        #expect(try await count("YESTERDAY", "--time-zone", "America/Chicago") == "0\n")
        #expect(try await count("THIS_WEEK") == "1\n")
        #expect(try await count("THIS_WEEK", "--first-weekday", "monday") == "0\n")
        #expect(try await count("THIS_WEEK", "--first-weekday", "2") == "0\n")
        #expect(try await count("THIS_FISCAL_YEAR", "--fiscal-start", "4") == "1\n")
        #expect(try await count("N_FISCAL_YEARS_AGO:1", "--fiscal-start", "4") == "0\n")
    }

    @Test func `comes with all of its batches`() async throws {
        let store = program("store")
        try await program.run("init", store)
        let records = (1...450).map { #"{"LastName": "L\#($0)"}"# }.joined(separator: "\n")
        let arguments = ["create", store, "Contact", "--durability", "on-demand"]
        #expect(try await program.start(arguments, input: records).answer().status == 0)

        let answer = try await program.run(
            "query",
            store,
            "-",
            "--batch-size",
            "200",
            "--csv",
            input: "SELECT LastName\nFROM Contact\n"
        )

        #expect(answer.status == 0)
        let lines = ["LastName"] + (1...450).map { "L\($0)" }
        #expect(answer.output == lines.map { $0 + "\r\n" }.joined())
    }

    @Test func `shows plans`() async throws {
        let store = try await makeStore()
        let query = "SELECT Id FROM Contact WHERE LastName = 'Ng'"

        let table = try await program.run("query", store, query, "--explain")
        let json = try await program.run("query", store, query, "--explain", "--json")

        #expect(table.lines[0] == "operation  object   rows  of  cost  fields")
        #expect(table.lines[1].contains("Contact"))
        let plans = try #require(json.objects.first?["plans"] as? [[String: Any]])
        let plan = try #require(plans.first)
        #expect(plan["sobjectType"] as? String == "Contact")
        #expect(plan["sobjectCardinality"] as? Int == 3)
        #expect(
            Set(plan.keys) == [
                "cardinality", "fields", "leadingOperationType", "notes", "relativeCost",
                "sobjectCardinality", "sobjectType",
            ]
        )
    }

    @Test func `for view leaves a trace, any other reads beside a writer`() async throws {
        let store = try await makeStore()
        let viewed = "SELECT COUNT() FROM ContactRequest WHERE LastViewedDate = TODAY"
        let before = try await program.run("query", store, viewed)

        try await program.run("query", store, "SELECT Id FROM ContactRequest LIMIT 1 FOR VIEW")

        #expect(before.output == "0\n")
        #expect(try await program.run("query", store, viewed).output == "1\n")
    }

    @Test func `that is refused points to the place`() async throws {
        let store = try await makeStore()
        let query = "SELECT Id,\nNo FROM Contact"

        let text = try await program.run("query", store, query)
        let json = try await program.run("query", store, query, "--json")

        #expect(text.status == 2)
        #expect(text.output.isEmpty)
        #expect(
            text.error.split(separator: "\n").prefix(4) == [
                "annals: INVALID_FIELD:", "SELECT Id, No FROM Contact", "           ^",
                "ERROR at Row:2:Column:1",
            ]
        )
        #expect(text.error.contains("\nNo such column 'No' on entity 'Contact'. "))
        #expect(json.failure["code"] == "INVALID_FIELD")
        #expect(json.place["row"] as? Int == 2)
        #expect(json.place["column"] as? Int == 1)
        #expect(
            json.failure["message"]?.hasPrefix(
                "\nSELECT Id, No FROM Contact\n           ^\nERROR at Row:2:Column:1\n"
            ) == true
        )
    }

    @Test func `that says something to the terminal is refused in one piece`() async throws {
        let store = try await makeStore()

        let answer = try await program.run("query", store, "SELECT Id FROM \u{1B}[31m\u{202E}x")

        #expect(answer.status == 2)
        #expect(!answer.error.unicodeScalars.contains("\u{1B}"))
        #expect(!answer.error.unicodeScalars.contains("\u{202E}"))
    }

    @Test(arguments: [
        ["--csv", "--json"], ["--csv", "--explain"], ["--time-zone", "No/Such"],
        ["--fiscal-start", "13"], ["--batch-size", "199"], ["--as-of", "yesterday"],
        ["--first-weekday", "8"],
    ])
    func `with options that cannot be is not made`(options: [String]) async throws {
        let arguments = ["query", program("none"), "SELECT Id FROM Contact"] + options

        #expect(try await program.start(arguments).answer().status == 64)
    }

    @Test func `takes values for its names, whatever is in them`() async throws {
        let store = try await makeStore()
        func names(_ filter: String, _ values: String...) async throws -> String {
            let query = "SELECT Name FROM Account WHERE \(filter)"
            let bound = values.flatMap { ["--bind", $0] }
            let arguments = ["query", store, query, "--csv"] + bound
            let answer = try await program.start(arguments).answer()
            return answer.status == 0 ? answer.output : "\(answer.status) \(answer.error)"
        }

        #expect(
            try await names("Name = :n", #"n=Acme, "Ltd""#) == "Name\r\n\"Acme, \"\"Ltd\"\"\"\r\n"
        )
        #expect(try await names("Name = :n", "N=x' OR Name != '") == "Name\r\n")
        #expect(
            try await names("Name IN :n LIMIT :l", #"n:=["B", null]"#, "l:=1") == "Name\r\nB\r\n"
        )
        #expect(
            try await names("CreatedDate > :t", "t:=2020-01-31T00:00:00Z")
                == names("Name != null")
        )
        #expect(try await names("Name = :n", "m=x").hasPrefix("2 annals: UNKNOWN_BINDING"))
        #expect(try await names("Name = 'B'", "m=x").hasPrefix("2 annals: UNUSED_BINDING"))
        for argument in ["n", "=x", ":=1", "n:=", "n:=x", "n:={}", "n:=[[1]]", "n:=1 2"] {
            #expect(try await names("Name = :n", argument).hasPrefix("64"), "\(argument)")
        }
        #expect(try await names("Name = :n", "n=a", "n=b").hasPrefix("64"))
    }

    @Test func `ends quietly when nobody reads on`() async throws {
        let store = try await makeStore()

        let answer = try await program.shell(
            "'\(Program.path)' query '\(store)' 'SELECT Id FROM Contact' --json | true; echo done"
        )

        #expect(answer.output == "done\n")
        #expect(answer.error.isEmpty)
    }
}
