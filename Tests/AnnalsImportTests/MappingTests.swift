import AnnalsImport
import Testing

struct `A mapping` {
    private func refusal(_ json: String) -> (place: String, reason: String)? {
        do throws(ImportError) {
            _ = try ImportMapping(json: Array(json.utf8))
            return nil
        } catch {
            guard case .mapping(let place, let reason) = error else { return nil }
            return (place, reason)
        }
    }

    private func place(fields: String) -> String? {
        refusal(
            """
            {"object": "O", "key": {"field": "K", "value": "{k}"}, "fields": \(fields)}
            """
        )?.place
    }

    @Test(arguments: [
        ("{\"F\": 5}", "fields.F"),
        ("{\"F\": {\"frist\": []}}", "fields.F"),
        ("{\"F\": {\"first\": []}}", "fields.F.first"),
        ("{\"F\": {\"first\": [\"{a}\", {\"null\": 1}]}}", "fields.F.first[1].null"),
        ("{\"F\": {\"equals\": [\"{a}\"]}}", "fields.F.equals"),
        ("{\"F\": {\"template\": \"x\", \"keepNull\": true}}", "fields.F.keepNull"),
        ("{\"F\": {\"reference\": \"User\", \"value\": \"{a}\"}}", "fields.F.by"),
        ("{\"F\": \"{a\"}", "fields.F"),
        ("{\"F\": \"a}\"}", "fields.F"),
        ("{\"F\": \"{}\"}", "fields.F"),
        ("[]", "fields"),
    ])
    func `tells the place of what is wrong`(fields: String, expected: String) {
        #expect(place(fields: fields) == expected)
    }

    @Test func `tells of a key that is there twice`() {
        let found = refusal("{\"object\": \"O\",\n \"object\": \"P\"}")

        #expect(found?.place == "")
        #expect(found?.reason.contains("key \"object\" twice, the second time in line 2") == true)
    }

    @Test func `tells what is missing or not known`() {
        #expect(refusal("{}")?.place == "object")
        #expect(refusal("{\"object\": \"O\"}")?.place == "key")
        #expect(refusal("{\"object\": \"O\", \"kee\": 1}")?.place == "kee")
        #expect(refusal("[1]")?.place == "")
        let time = "{\"object\": \"O\", \"key\": {\"field\": \"K\", \"value\": \"{k}\"}, "
        #expect(
            refusal(time + "\"time\": {\"value\": \"{t}\", \"format\": \"us\"}}")?.place
                == "time.format"
        )
        #expect(refusal(time + "\"sort\": true, \"fields\": {}}")?.place == "sort")
    }

    @Test func `that is no JSON is refused with the line`() throws {
        let reason = try #require(refusal("{\"object\": \"O\",\n  \"key\" 5}")?.reason)

        #expect(reason.contains("line 2"))
    }

    @Test(arguments: [
        ("ContactRequest", "Nothing__c", "object", "Nothing__c"),
        (
            "RequestNumber__c", "Status", "key.field",
            "Status is not an external id of ContactRequest"
        ),
        ("PreferredPhone", "Fax", "fields.Fax", "ContactRequest has no field Fax"),
        ("Username", "FirstName", "actor.by", "FirstName is not an external id of User"),
        ("LastName", "Surname", "actor.create.Surname", "User has no field Surname"),
    ])
    func `is held against the objects of the store`(
        name: String,
        other: String,
        place: String,
        reason: String
    ) async throws {
        let store = try ImportStore()
        let mapping = ImportStore.mapping.replacing("\"\(name)\"", with: "\"\(other)\"")

        do {
            _ = try await store.importing("", mapping: mapping)
            Issue.record("the mapping was accepted")
        } catch ImportError.mapping(let found, let text) {
            #expect(found == place)
            #expect(text.contains(reason))
        }
    }

    @Test func `that names a column the header lacks is refused`() async throws {
        let store = try ImportStore()

        await #expect(throws: ImportError.self) {
            try await store.importing("number,at\n", named: "rows.csv")
        }
    }
}
