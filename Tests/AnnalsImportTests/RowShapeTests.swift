import Annals
import Foundation
import Testing

@testable import AnnalsImport

/// A mapping of rows with a key and a text.
private func mapping(_ description: String = "{text}", key: String = "{number}") -> String {
    let values = [key, description].map { quoted($0) }
    return """
        {"object": "ContactRequest", "key": {"field": "RequestNumber__c", "value": \(values[0])},
         "fields": {"RequestDescription": \(values[1])}}
        """
}

extension ImportStore {
    /// The texts of the records by key.
    fileprivate func texts() async throws -> [String: String] {
        try await looking { store in
            let selection = try store.session().selection(
                of: "ContactRequest",
                ["RequestNumber__c", "RequestDescription"]
            )
            var texts: [String: String] = [:]
            for record in try await store.session().records(selection) {
                guard case .text(let key)? = record["RequestNumber__c"] else { continue }
                texts[key] = record["RequestDescription"]?.description
            }
            return texts
        }
    }
}

struct `Rows of a file` {
    @Test(arguments: ["\n", "\r", "\r\n"])
    func `end with LF, CR LF or CR`(end: String) async throws {
        let store = try ImportStore()
        let rows = ["number,text", "a,A", "b,\"B\(end)B\"", "", "c,C"].joined(separator: end)

        let summary = try await store.importing(rows, named: "rows.csv", mapping: mapping())

        #expect(summary.created == 3)
        #expect(try await store.texts()["b"]?.utf8.count == 2 + end.utf8.count)
    }

    @Test func `end as they like, each as it does`() async throws {
        let store = try ImportStore()
        let rows = "number,text\ra,A\r\nb,B\nc,C\r\rd,D\n\re,E"

        let summary = try await store.importing(rows, named: "rows.csv", mapping: mapping())

        #expect(summary.created == 5)
        let refused = try ImportStore()
        let lines = "number,text\ra,A\r\nb\nc\r"
        _ = try await refused.importing(
            lines,
            named: "rows.csv",
            mapping: mapping(),
            options: refused.rejectOptions()
        )
        #expect(try refused.rejects().map(\.line) == [3, 4])
    }

    static let lists = [
        #"[{"number": "a", "text": "A"}, {"number": "b", "text": "B"}]"#,
        "\u{FEFF}\n [\n  {\n    \"number\": \"a\",\r\n    \"text\": \"A\"\n  },\n  {\"number\": \"b\", \"text\": \"B\"}\n]\n",
        "{\n  \"number\": \"a\",\n  \"text\": \"A\"\n}\n{\n  \"number\": \"b\",\n  \"text\": \"B\"\n}\n",
        "{\"number\": \"a\", \"text\": \"A\"}\r{\"number\": \"b\", \"text\": \"B\"}\r",
        "{\"number\": \"a\",\n\"text\": \"A\"}\n\n  \n{\"number\": \"b\", \"text\": \"B\"}",
    ]

    @Test(arguments: lists)
    func `are the objects of a list, or of lines, however they are laid out`(
        rows: String
    ) async throws {
        let store = try ImportStore()

        let summary = try await store.importing(rows, mapping: mapping())

        #expect(summary.rows == 2)
        #expect(try await store.texts() == ["a": "A", "b": "B"])
    }

    @Test func `that are broken do not take others with them`() async throws {
        let store = try ImportStore()
        let rows = """
            {"number": "a", "text": "A"
            {"number": "b", "text": "B"}
            {"number": "c", "text": "C
            {"number": "d", "text": "D"}
            """

        let summary = try await store.importing(
            rows,
            mapping: mapping(),
            options: store.rejectOptions()
        )

        #expect(summary.created == 2)
        #expect(try store.rejects().map(\.line) == [1, 3])
    }

    @Test(arguments: [
        #"[{"number": "a", "text": "A"}"#, #"[{"number": "a", "text": "A"},]"#,
        #"[{"number": "a", "text": "A"},,{"number": "b", "text": "B"}]"#,
        #"[{"number": "a", "text": "A"}] x"#, #"[,{"number": "a", "text": "A"}]"#,
    ])
    func `of a list that is malformed are not imported at all`(rows: String) async throws {
        let store = try ImportStore()

        let error = await #expect(throws: ImportError.self) {
            try await store.importing(rows, mapping: mapping())
        }

        #expect(error?.description.contains("in line 1") == true)
        #expect(try await store.texts().isEmpty)
    }
}

struct `A column` {
    @Test func `can be mapped, whatever others are called`() async throws {
        let store = try ImportStore()
        let rows = "number,a,a,a#2,,a\n1,first,second,real,nameless,third\n"

        _ = try await store.importing(
            rows,
            named: "rows.csv",
            mapping: mapping("{a} {a#3} {a#2} {#5} {a#4}")
        )

        #expect(try await store.texts() == ["1": "first second real nameless third"])
    }

    @Test func `can have braces and backslashes in its name`() async throws {
        let store = try ImportStore()
        let rows = "number,{x},a\\b,}\n1,X,Y,Z\n"

        _ = try await store.importing(
            rows,
            named: "rows.csv",
            mapping: mapping(#"{\{x\}}\{{a\b}\}\\{\}}"#)
        )

        #expect(try await store.texts() == ["1": #"X{Y}\Z"#])
    }

    @Test func `that no row has and none is like is told`() async throws {
        let store = try ImportStore()

        let summary = try await store.importing(
            #"{"number": "a", "text": "A"}"#,
            mapping: mapping("{text}{elsewhere}")
        )

        #expect(summary.missingColumns == ["elsewhere"])
        #expect(summary.created == 1)
    }

    @Test func `that no row has but by another name is refused before anything is imported`()
        async throws
    {
        let store = try ImportStore()
        let rows = #"{"number": "a", "text": "A"}"# + "\n" + #"{"number": "b"}"#

        let error = await #expect(throws: ImportError.self) {
            try await store.importing(rows, mapping: mapping("{txet}"))
        }

        #expect(
            error?.description.contains("no row has the column {txet}; did you mean text?") == true
        )
        #expect(try await store.texts().isEmpty)
        // JSON exists for columns that only some rows have.
        #expect(try await store.importing(rows, mapping: mapping()).created == 2)
    }

    @Test func `that a header lacks is refused with the one that was meant`() async throws {
        let store = try ImportStore()

        let error = await #expect(throws: ImportError.self) {
            try await store.importing(
                "number,text\n1,a\n",
                named: "rows.csv",
                mapping: mapping("{txet}")
            )
        }

        #expect(error?.description.contains("no column {txet}; did you mean text?") == true)
    }
}

struct `A field that is mapped` {
    static let refused = [
        (#""CreatedDate": "{t}""#, "fields.CreatedDate", "can be neither created nor updated"),
        (#""Id": "{t}""#, "fields.Id", "can be neither created nor updated"),
        (#""Status": "{t}", "status": "{t}""#, "fields.status", "Status is mapped twice"),
        (#""Statsu": "{t}""#, "fields.Statsu", "did you mean Status?"),
        (
            #""OwnerId": {"reference": "User", "by": "Username", "value": "{t}", "create": {"Name": "x"}}"#,
            "fields.OwnerId.create.Name", "Name of User cannot be created"
        ),
    ]

    @Test(arguments: refused)
    func `and cannot be is refused once`(
        fields: String,
        place: String,
        reason: String
    ) async throws {
        let store = try ImportStore()

        let error = await #expect(throws: ImportError.self) {
            try await store.importing(
                #"{"n": "1", "t": "x"}"#,
                mapping: """
                    {"object": "ContactRequest",
                     "key": {"field": "RequestNumber__c", "value": "{n}"}, "fields": {\(fields)}}
                    """
            )
        }

        #expect(error?.description.contains(place) == true)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}

struct `The file of refused rows` {
    @Test func `is as secret as the store`() async throws {
        let store = try ImportStore()
        let path = store.scratch("rejects.jsonl")
        for name in ["a.csv", "b.csv"] {
            _ = try await store.importing(
                "number,text\n1\n",
                named: name,
                mapping: mapping(),
                options: store.rejectOptions()
            )
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `may be no file, which stays where it is`() async throws {
        let store = try ImportStore()

        let summary = try await store.importing(
            "number,text\n1\n",
            named: "rows.csv",
            mapping: mapping(),
            options: ImportOptions(rejectsPath: "/dev/null")
        )

        #expect(summary.rejected == 1)
        #expect(FileManager.default.fileExists(atPath: "/dev/null"))
    }
}

struct `A row of the future` {
    @Test func `is refused, and those after it are not`() async throws {
        let store = try ImportStore()
        let mapping = """
            {"object": "ContactRequest", "key": {"field": "RequestNumber__c", "value": "{n}"},
             "time": {"value": "{t}"}, "fields": {}}
            """
        let rows = """
            {"n": "a", "t": "2016-03-01T00:00:00Z"}
            {"n": "b", "t": "2106-03-01T00:00:00Z"}
            {"n": "c", "t": "2016-03-02T00:00:00Z"}
            """

        let summary = try await store.importing(
            rows,
            mapping: mapping,
            options: store.rejectOptions()
        )

        #expect(summary.created == 2)
        #expect(try store.rejects().map(\.error.statusCode) == ["TIME_TOO_LATE"])
    }
}
