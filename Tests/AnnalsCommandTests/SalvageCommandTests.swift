import Foundation
import Testing

struct `annals salvage` {
    let program = Program()

    @Test func `makes a store of a damaged one, and writes beside it what is no part of its log`()
        async throws
    {
        let store = program("store")
        try await program.run("init", store)
        for number in 0..<4 {
            try await program.run(
                "create",
                store,
                "ContactRequest",
                #"{"PreferredPhone": "\#(number)"}"#
            )
        }
        let whole = try await program.run("salvage", store, program("whole"), "--json")
        #expect(whole.status == 0)
        #expect(whole.objects.first?["whole"] as? Bool == true)
        #expect(
            !FileManager.default.fileExists(atPath: program("whole.salvaged") + "/events.jsonl")
        )

        // Damages the third transaction wherever there is a copy of it.
        let file = URL(filePath: store + "/data.mdb")
        var bytes = try Data(contentsOf: file)
        let key = Data([0, 0, 0, 0, 0, 0, 0, 3, 0, 0])
        var from = bytes.startIndex
        while let found = bytes.range(of: key, in: from..<bytes.endIndex) {
            bytes[found.upperBound + 10] ^= 1
            from = found.upperBound
        }
        try bytes.write(to: file)
        let salvaged = try await program.run("salvage", store, program("new"), "--json")
        #expect(salvaged.status == 4)
        #expect(salvaged.objects.first?["gap"] as? String == "transaction 3 was not found")
        let beside = program("new.salvaged")
        let events = try String(contentsOfFile: beside + "/events.jsonl", encoding: .utf8)
        #expect(events.split(separator: "\n").count == 2)
        let records = try String(contentsOfFile: beside + "/records.jsonl", encoding: .utf8)
        #expect(records.split(separator: "\n").count == 3)
        #expect(records.contains(#""PreferredPhone":"1""#))
        #expect(FileManager.default.fileExists(atPath: beside + "/report.json"))
        // What is next to the new store is there before it is: nothing is left where that fails.
        try FileManager.default.createDirectory(
            atPath: program(".annals-new-third.salvaged/locked"),
            withIntermediateDirectories: true
        )
        let failed = try await program.run("salvage", store, program("third"), "--json")
        #expect(failed.status == 3)
        #expect(!FileManager.default.fileExists(atPath: program("third")))
        let again = try await program.run("salvage", store, program("new"), "--json")
        #expect(again.status == 3)
        #expect(again.failure["code"] == "EXISTS")
        #expect(
            try await program.run("salvage", program("none"), program("n"), "--json").status == 3
        )
        let text = try await program.run("salvage", store, program("other"))
        #expect(text.lines.contains("Lost: transactions 3 to 3"))
    }
}
