import Annals
import Foundation
import Testing

struct `An import on the command line` {
    let program = Program()

    private static let schema = """
        {"objects": [{"name": "ContactRequest", "fields": [{"name": "Number__c", "label": "Number",
        "type": "string", "length": 20, "unique": true, "externalId": true}]}]}
        """

    private static let mapping = """
        {"object": "ContactRequest",
         "key": {"field": "Number__c", "value": "{number}"},
         "time": {"value": "{at}", "format": "iso"},
         "actor": {"reference": "User", "by": "Username", "value": "{who}@example.com",
                   "create": {"LastName": "{who}"}},
         "fields": {"Status": "{state}", "RequestDescription": "{text}"}}
        """

    private func makeStore(_ name: String = "store") async throws -> String {
        let schema = try program.write(Self.schema, to: "schema.json")
        let arguments = ["init", program(name), "--schema", schema, "--at", "2016-01-01T00:00:00Z"]
        #expect(try await program.start(arguments).answer().status == 0)
        return program(name)
    }

    private func rows(_ count: Int) -> String {
        var text = "number,at,who,state,text\n"
        for row in 0..<count {
            let hour = row / 3600 % 24
            let time = String(format: "2016-03-01T%02d:%02d:%02dZ", hour, row / 60 % 60, row % 60)
            text +=
                "N\(row / 3),\(time),user\(row % 7),\(row % 3 == 0 ? "New" : "Contacted"),row \(row)\n"
        }
        return text
    }

    @Test func `makes a history of the rows, and tells what it did`() async throws {
        let store = try await makeStore()
        let mapping = try program.write(Self.mapping, to: "mapping.json")
        let file = try program.write(rows(6), to: "rows.csv")

        let answer = try await program.run("import", store, file, "--mapping", mapping, "--json")
        let log = try await program.run("log", store, "--json")

        #expect(answer.status == 0)
        let summary = try #require(answer.objects.last)
        #expect(summary["rows"] as? Int == 6)
        #expect(summary["created"] as? Int == 2)
        #expect(summary["updated"] as? Int == 4)
        #expect(summary["rejected"] as? Int == 0)
        #expect(summary["referencesCreated"] as? [String: Int] == ["User": 6])
        #expect(summary["peakResidentBytes"] is Int)
        #expect(log.objects.last?["time"] as? String == "2016-03-01T00:00:05.000Z")
        #expect(try await program.run("check", store).status == 0)
    }

    @Test func `writes rows that are refused to a file, and goes on`() async throws {
        let store = try await makeStore()
        let mapping = try program.write(Self.mapping, to: "mapping.json")
        let file = try program.write(
            """
            number,at,who,state,text
            N1,2016-03-01T00:00:00Z,a,New,fine
            N2,yesterday,a,New,bad time
            N3,2016-03-01T00:00:02Z,a,New,fine
            """,
            to: "rows.csv"
        )

        let answer = try await program.run("import", store, file, "--mapping", mapping, "--json")

        #expect(answer.status == 1)
        #expect(answer.objects.last?["created"] as? Int == 2)
        #expect(answer.objects.last?["rejected"] as? Int == 1)
        let rejects = try String(contentsOfFile: file + ".rejects.jsonl", encoding: .utf8)
        #expect(rejects.contains(#""line":3"#))
    }

    /// What happened, without the digests, which differ between stores.
    private func history(of store: String) async throws -> [String] {
        try await program.run("log", store, "--json").output.split(separator: "\n").map {
            String($0).replacing(/"digest":"[0-9a-f]*"/, with: "")
        }
    }

    @Test func `that is interrupted goes on where it stopped, row for row`() async throws {
        let mapping = try program.write(Self.mapping, to: "mapping.json")
        let file = try program.write(rows(6000), to: "rows.csv")
        let whole = try await makeStore("whole")
        try await program.run("import", whole, file, "--mapping", mapping)
        var stopped = try await interruptedImport(of: file, mapping, "store 0")
        // On a busy machine the import may be finished before anybody looks.
        for attempt in 1..<8 where stopped.answer.status == 0 {
            stopped = try await interruptedImport(of: file, mapping, "store \(attempt)")
        }
        let store = stopped.store
        let resumed = try await program.run("import", store, file, "--mapping", mapping, "--json")

        #expect(stopped.answer.status == 5)
        #expect(stopped.answer.failure["message"]?.contains("same command again") == true)
        #expect(resumed.status == 0)
        #expect(resumed.objects.last?["skipped"] as? Int ?? 0 > 0)
        #expect(try await history(of: store) == history(of: whole))
    }

    private func interruptedImport(
        of file: String,
        _ mapping: String,
        _ name: String
    ) async throws -> (store: String, answer: Program.Answer) {
        let store = try await makeStore(name)
        let running = try program.start(["import", store, file, "--mapping", mapping, "--json"])
        let before = try FileManager.default.attributesOfItem(atPath: store + "/data.mdb")
        let size = before[.size] as? Int ?? 0
        try await running.wait {
            let now = try FileManager.default.attributesOfItem(atPath: store + "/data.mdb")
            return now[.size] as? Int ?? 0 > size + 100_000
        }
        running.process.interrupt()
        return (store, try await running.answer())
    }

    @Test func `is refused where the mapping or the file is not what it must be`() async throws {
        let store = try await makeStore()
        let mapping = try program.write(Self.mapping, to: "mapping.json")
        let file = try program.write(rows(1), to: "rows.csv")
        let wrong = try program.write(#"{"object": 7}"#, to: "wrong.json")

        for (file, mapping) in [
            (file, wrong), (program("none.csv"), mapping), (file, program("none.json")),
        ] {
            let answer = try await program.run(
                "import",
                store,
                file,
                "--mapping",
                mapping,
                "--json"
            )
            #expect(answer.status == 2)
            #expect(answer.failure["message"]?.isEmpty == false)
        }
    }
}
