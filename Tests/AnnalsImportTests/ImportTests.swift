import Annals
import AnnalsImport
import AnnalsTestSupport
import Foundation
import Testing

struct `An import of JSON Lines` {
    private let life = """
        {"number":"R1","at":"2026-01-05T08:00:00.250Z","op":"create","by":"ann","status":"New","queue":"First","email":"c@x.example","callback":true}
        {"number":"R1","at":"2026-01-05T09:00:00Z","op":"update","by":"bob","owner":"bob"}
        {"number":"r1","at":"2026-01-05T09:30:00Z","op":"update","by":"eve","owner":"bob"}
        {"number":"R1","at":"2026-01-05T10:00:00Z","op":"delete","by":"ann"}
        {"number":"R1","at":"2026-01-05T11:00:00Z","op":"undelete","by":"bob"}
        {"number":"R1","at":"2026-01-05T12:00:00Z","op":"update","by":"bob","phone":null,"status":"Done","email":null}

        """

    /// What is there may be anything: the rows themselves, or the data file of a store.
    @Test func `writes its rejected rows over nothing but those of an import`() async throws {
        let store = try ImportStore()
        let row = #"{"op": "create", "number": "R1", "status": "New"}"# + "\n"
        let manager = FileManager.default
        let data = store.scratch("store/data.mdb")
        for (name, text) in [
            ("notes", "precious\n"), ("rows.jsonl", row), ("line.json", #"{"line":"x","row":1}"#),
        ] {
            let path = try store.write(text, to: name)
            let link = store.scratch("link to \(name)")
            try manager.createSymbolicLink(atPath: link, withDestinationPath: path)
            for place in [path, link] {
                await #expect(throws: ImportError.self) {
                    _ = try await store.importing(row, options: ImportOptions(rejectsPath: place))
                }
                #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
            }
        }
        await #expect(throws: ImportError.self) {
            _ = try await store.importing(row, options: ImportOptions(rejectsPath: data))
        }
        #expect(manager.fileExists(atPath: data))
        #expect(
            try await store.events().contains {
                $0.kind == .created && $0.object == "ContactRequest"
            } == false
        )
        // Those of an import, whole and cut short, and an empty file.
        for text in ["", #"{"li"#, #"{"line":12,"ro"#, #"{"line":12,"row":{},"error":{}}"# + "\n"] {
            let path = try store.write(text, to: "rejects.jsonl")
            _ = try await store.importing(row, options: ImportOptions(rejectsPath: path))
        }
    }

    @Test func `makes each row an event at its own time, by who acted`() async throws {
        let store = try ImportStore()
        let summary = try await store.importing(life)

        let events = try await store.events()
        let requests = events.of("ContactRequest")
        #expect(requests.kinds == [.created, .updated, .deleted, .undeleted, .updated])
        #expect(
            requests.map(\.time.precise) == [
                "2026-01-05T08:00:00.250Z", "2026-01-05T09:00:00.000Z",
                "2026-01-05T10:00:00.000Z", "2026-01-05T11:00:00.000Z",
                "2026-01-05T12:00:00.000Z",
            ]
        )
        let users = events.of("User").dropFirst().map(\.record)
        #expect(requests.map(\.actor) == [users[0], users[1], users[0], users[1], users[1]])
        #expect(requests[1].changes.map(\.field) == ["OwnerId"])
        #expect(Set(requests[4].changes.map(\.field)) == ["Status", "WhoId"])
        #expect(summary.created == 1)
        #expect(summary.updated == 2)
        #expect(summary.deleted == 1)
        #expect(summary.undeleted == 1)
        #expect(summary.rejected == 0)
    }

    @Test func `writes no event for a row that changes nothing, and creates nobody for it`()
        async throws
    {
        let store = try ImportStore()
        let summary = try await store.importing(life)

        #expect(summary.unchanged == 1)
        #expect(summary.rows == 6)
        #expect(summary.referencesCreated == ["User": 2, "Group": 1, "Contact": 1])
        let users = try await store.events().of("User").flatMap(\.changes).filter {
            $0.field == "Username"
        }
        #expect(!users.contains { $0.after == "eve@x.example" })
    }

    @Test func `creates a reference at the time of the first row that needs it`() async throws {
        let store = try ImportStore()
        _ = try await store.importing(life)

        let events = try await store.events()
        let contact = try #require(events.of("Contact").first)
        let request = try #require(events.of("ContactRequest").first)
        #expect(contact.time == request.time)
        #expect(contact.position < request.position)
        #expect(contact.actor == events.of("User")[0].record)
        #expect(events.of("Contact").count == 1)
    }

    @Test func `finds the references that are there, whatever the case`() async throws {
        let store = try ImportStore()
        _ = try await store.importing(
            """
            {"number":"R1","at":"2026-01-05T08:00:00Z","op":"create","by":"ann"}
            """,
            named: "first.jsonl"
        )
        let summary = try await store.importing(
            """
            {"number":"R2","at":"2026-01-06T08:00:00Z","op":"create","by":"ANN"}
            {"number":"R3","at":"2026-01-06T08:00:00Z","op":"create","by":"Ann"}
            """,
            named: "second.jsonl"
        )

        #expect(summary.created == 2)
        #expect(summary.referencesCreated == [:])
    }

    @Test func `refuses a row that has a key twice, and takes the others`() async throws {
        let store = try ImportStore()
        let summary = try await store.importing(
            """
            {"number":"R1","at":"2026-01-05T08:00:00Z","op":"create","phone":"1","phone":"2"}
            {"number":"R2","at":"2026-01-05T08:00:00Z","op":"create","phone":"1"}
            """,
            options: store.rejectOptions()
        )

        #expect(summary.created == 1)
        let rejects = try store.rejects()
        #expect(rejects.map(\.line) == [1])
        let message = try #require(rejects.first?.error.message)
        #expect(message.contains("the key \"phone\" twice, the second time at byte 69"))
    }

    @Test func `knows records of the bin that were there before it`() async throws {
        let store = try ImportStore()
        let rows = life.split(separator: "\n").map(String.init)
        _ = try await store.importing(rows[..<4].joined(separator: "\n"), named: "a.jsonl")
        let summary = try await store.importing(
            rows[4...].joined(separator: "\n"),
            named: "b.jsonl"
        )

        #expect(summary.undeleted == 1)
        #expect(summary.updated == 1)
    }

    @Test func `leaves what a row does not tell, and sets what it says to be null`() async throws {
        let store = try ImportStore()
        _ = try await store.importing(
            """
            {"number":"R1","at":"2026-01-05T08:00:00Z","op":"create","phone":"1","status":"New"}
            {"number":"R1","at":"2026-01-05T09:00:00Z","op":"update","phone":null}
            """
        )

        let update = try #require(try await store.events().of("ContactRequest").last)
        #expect(update.changes.map(\.field) == ["PreferredPhone"])
        #expect(update.changes.map(\.before) == ["1"])
        #expect(update.changes.map(\.after) == [.null])
    }
}
