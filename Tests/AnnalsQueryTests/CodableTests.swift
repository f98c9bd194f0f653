import Annals
import AnnalsTestSupport
import Foundation
import Testing

private let schema = """
    {"objects": [{"name": "Thing__c", "label": "Thing",
    "nameField": {"label": "Name", "type": "string"}, "fields": [
    {"name": "Count__c", "label": "c", "type": "int"},
    {"name": "Size__c", "label": "s", "type": "double"},
    {"name": "Flag__c", "label": "f", "type": "boolean"},
    {"name": "Day__c", "label": "d", "type": "date"},
    {"name": "Moment__c", "label": "m", "type": "datetime"},
    {"name": "Link__c", "label": "u", "type": "url"},
    {"name": "Stage__c", "label": "p", "type": "picklist"},
    {"name": "Parent__c", "label": "r", "type": "reference", "referenceTo": ["Thing__c"],
     "relationshipName": "Parent__r"}]}]}
    """

private let everything =
    "SELECT Id, Name, Count__c, Size__c, Flag__c, Day__c, Moment__c, Link__c, Stage__c, Parent__c "
    + "FROM Thing__c"

private enum Stage: String, Codable, FieldValue { case early, late }

private struct Thing: Codable, Hashable {
    var id: RecordID?
    var name: String
    var count__c: Int32?
    var size__c: Decimal?
    var flag__c: Bool?
    var day__c: CalendarDate?
    var moment__c: Date?
    var link__c: URL?
    var stage__c: Stage?
    var parent__c: RecordID?
}

/// A type with only one property.
private struct Only<T: Decodable>: Decodable {
    let value: T

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        value = try container.decode(T.self, forKey: try #require(container.allKeys.first))
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) {
            guard stringValue != "Id" else { return nil }
            self.stringValue = stringValue
        }

        init?(intValue: Int) { nil }
    }
}

/// The description of what does not fit; `nil` if everything does.
private func mismatch(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch let error as FieldTypeMismatch {
        return error.description
    } catch {
        return "\(error)"
    }
}

struct `A row, as a type of Swift,` {
    let test: SmallStore

    init() throws { test = try SmallStore(schema) }

    @Test func `is what was encoded, field by field`() async throws {
        let parent = try await test.create([SObject("Thing__c", ["Name": "parent"])])[0]
        var thing = Thing(
            name: "all",
            count__c: -7,
            size__c: Decimal(string: "0.1"),
            flag__c: true,
            day__c: CalendarDate("2026-02-28"),
            moment__c: Date(timeIntervalSince1970: 1_700_000_000),
            link__c: URL(string: "https://example.com/a?b=c"),
            stage__c: .late,
            parent__c: parent
        )
        let id = try await test.session.create(SObject("Thing__c", encoding: thing))
        thing.id = id

        let found = try await test.session.query(
            SOQL(text: "\(everything) WHERE Name = 'all'"),
            as: Thing.self
        )
        #expect(found == [thing])
        let fields = everything.dropFirst(7).components(separatedBy: " FROM")[0]
            .components(separatedBy: ", ")
        let record = try #require(
            try await test.session.retrieve(fields, from: "Thing__c", ids: [RecordReference(id)])[0]
        )
        #expect(try record.decode(Thing.self) == thing)
        // The Id becomes the record's id instead of a field.
        let encoded = try SObject("Thing__c", encoding: thing)
        #expect(encoded.id == .id(id) && !encoded.fields.contains { $0.name == "id" })
        thing.count__c = 8
        thing.size__c = nil
        try await test.session.update(SObject("Thing__c", encoding: thing))
        let changed = try await test.session.query(
            SOQL(text: "\(everything) WHERE Name = 'all'"),
            as: Thing.self
        )
        #expect(changed[0].count__c == 8)
        #expect(changed[0].size__c == Decimal(string: "0.1"), "what is not encoded stays")
    }

    @Test func `has nil where a field is null, or was not selected`() async throws {
        try await test.create([SObject("Thing__c", ["Name": "bare"])])
        let bare = try await test.session.query(SOQL(text: everything), as: Thing.self)[0]
        #expect(bare.count__c == nil && bare.moment__c == nil && bare.parent__c == nil)
        let named = try await test.session.query("SELECT Name FROM Thing__c", as: Thing.self)[0]
        #expect(named == Thing(name: "bare"))

        let error = await #expect(throws: FieldNotSelected.self) {
            try await test.session.query("SELECT Id, Flag__c FROM Thing__c", as: Thing.self)
        }
        #expect(error?.description == "name was not selected; what was: Id, Flag__c")
    }

    @Test func `has a parent as a type or by a path, and children as a list`() async throws {
        struct Child: Decodable, Equatable { let name: String }
        struct Node: Decodable, Equatable {
            let name: String
            let parent: Child?
            let parentName: String?
            let children: [Child]

            enum CodingKeys: String, CodingKey {
                case name
                case parent = "parent__R"
                case parentName = "Parent__r.Name"
                case children = "childThings__r"
            }
        }
        let parent = try await test.create([SObject("Thing__c", ["Name": "root"])])[0]
        try await test.create(
            ["a", "b"].map { SObject("Thing__c", ["Name": .text($0), "Parent__c": .id(parent)]) }
        )

        let nodes = try await test.session.query(
            "SELECT Name, Parent__r.Name, (SELECT Name FROM ChildThings__r ORDER BY Name) "
                + "FROM Thing__c ORDER BY Name",
            as: Node.self
        )
        let root = Child(name: "root")
        #expect(
            nodes == [
                Node(name: "a", parent: root, parentName: "root", children: []),
                Node(name: "b", parent: root, parentName: "root", children: []),
                Node(
                    name: "root",
                    parent: nil,
                    parentName: nil,
                    children: [Child(name: "a"), Child(name: "b")]
                ),
            ]
        )
        let rows = try await test.session.query(
            "SELECT Parent__r.Name, Parent__r.Id FROM Thing__c ORDER BY Name"
        ).records
        #expect(try rows[0]["parent__r.name", as: String.self] == "root")
        #expect(try rows[2]["Parent__r.Name", as: String?.self] == nil)
        #expect(throws: FieldNotSelected.self) { try rows[0]["Parent__r.Nmae", as: String?.self] }
        let error = #expect(throws: FieldTypeMismatch.self) {
            try rows[0]["Parent__r", as: String.self]
        }
        #expect(error?.description == "Parent__r: a parent record is no String")
    }

    @Test func `comes from every batch`() async throws {
        for start in [0, 200, 400] {
            try await test.create(
                (start..<start + 200).map { SObject("Thing__c", ["Count__c": .integer($0)]) }
            )
        }
        var options = QueryOptions()
        options.batchSize = 200
        let counts = try await test.session.query(
            "SELECT Count__c FROM Thing__c ORDER BY Count__c",
            as: Int.self,
            options: options
        )
        #expect(counts == Array(0..<600))
    }

    @Test func `may be one value, where a query has one column`() async throws {
        try await test.create(["x", "y"].map { SObject("Thing__c", ["Name": .text($0)]) })
        let names = "SELECT Name FROM Thing__c ORDER BY Name"

        #expect(try await test.session.query(SOQL(text: names), as: String.self) == ["x", "y"])
        #expect(
            try await test.session.query("SELECT MAX(Name) m FROM Thing__c", as: String?.self)
                == ["y"]
        )
        let two = await mismatch {
            _ = try await test.session.query("SELECT Id, Name FROM Thing__c", as: String.self)
        }
        #expect(two == "row: a record is no String")
        // The number of rows is not a row.
        for filter in ["", " WHERE Name = 'none'"] {
            await #expect(throws: FieldTypeMismatch.self) {
                try await test.session.query(
                    SOQL(text: "SELECT COUNT() FROM Thing__c\(filter)"),
                    as: Int.self
                )
            }
        }
    }

    @Test func `takes numbers only where the type can hold them`() async throws {
        func read<T: Decodable>(_ type: T.Type, _ column: String, of name: String) async throws -> T
        {
            try await test.session.query(
                "SELECT Id, \(text: column) FROM Thing__c WHERE Name = \(name)",
                as: Only<T>.self
            )[0].value
        }
        let numbers: [(String, Value, Value)] = [
            ("small", -128, .double(-128)), ("byte", 200, .double(200.5)),
            ("least", .integer(Int(Int32.min)), .double(-0x1p63)),
            ("most", .integer(Int(Int32.max)), .double(0x1p63)),
            ("tiny", 0, .double(1e-300)), ("huge", 1, .double(1e300)),
        ]
        try await test.create(
            numbers.map {
                SObject("Thing__c", ["Name": .text($0.0), "Count__c": $0.1, "Size__c": $0.2])
            }
        )

        #expect(try await read(Int8.self, "Count__c", of: "small") == -128)
        #expect(try await read(Int8.self, "Size__c", of: "small") == -128)
        #expect(try await read(UInt8.self, "Count__c", of: "byte") == 200)
        #expect(try await read(Int32.self, "Count__c", of: "least") == .min)
        #expect(try await read(Int64.self, "Size__c", of: "least") == .min)
        #expect(try await read(UInt64.self, "Size__c", of: "most") == 1 << 63)
        #expect(try await read(Double.self, "Count__c", of: "most") == 2_147_483_647)
        #expect(try await read(Double.self, "Size__c", of: "tiny") == 1e-300)
        #expect(try await read(Float.self, "Size__c", of: "byte") == 200.5)
        #expect(try await read(Decimal.self, "Size__c", of: "byte") == Decimal(string: "200.5"))
        func refused<T: Decodable>(_ type: T.Type, _ column: String, _ name: String) async {
            let found = await mismatch { _ = try await read(type, column, of: name) }
            #expect(found == "\(column): a number is no \(T.self)")
        }
        await refused(UInt8.self, "Count__c", "small")
        await refused(Int8.self, "Count__c", "byte")
        await refused(Int.self, "Size__c", "byte")
        await refused(Int64.self, "Size__c", "most")
        await refused(UInt.self, "Size__c", "least")
        await refused(Int16.self, "Count__c", "most")
        await refused(Float.self, "Count__c", "most")
        await refused(Decimal.self, "Size__c", "huge")
        await refused(String.self, "Count__c", "byte")
        await refused(Bool.self, "Count__c", "tiny")
    }

    @Test func `that does not fit names the field, the type and the kind, and no value`()
        async throws
    {
        let secret = "Jane Secretive"
        try await test.create([
            SObject(
                "Thing__c",
                [
                    "Name": .text(secret), "Stage__c": .text(secret), "Flag__c": true,
                    "Day__c": .date(CalendarDate(days: 1)),
                    "Moment__c": .dateTime(Timestamp(milliseconds: 0)),
                ]
            )
        ])
        struct Tag: Decodable { let kind: Stage }
        func finding<T: Decodable>(_ type: T.Type, _ column: String) async -> String? {
            await mismatch {
                _ = try await test.session.query(
                    "SELECT Id, \(text: column) FROM Thing__c",
                    as: Only<T>.self
                )
            }
        }

        #expect(await finding(Int.self, "Name") == "Name: a text is no Int")
        #expect(await finding(RecordID.self, "Name") == "Name: a text is no RecordID")
        #expect(await finding(Stage.self, "Stage__c") == "Stage__c: a text is no Stage")
        #expect(await finding(Stage?.self, "Stage__c") == "Stage__c: a text is no Optional<Stage>")
        #expect(await finding(Tag.self, "Stage__c") == "Stage__c: a text is no record")
        #expect(await finding([Int].self, "Stage__c") == "Stage__c: a text is no list")
        #expect(await finding(String.self, "Flag__c") == "Flag__c: a boolean is no String")
        #expect(await finding(Date.self, "Day__c") == "Day__c: a date is no Date")
        #expect(
            await finding(CalendarDate.self, "Moment__c") == "Moment__c: a time is no CalendarDate"
        )
        #expect(await finding(String.self, "Count__c") == "Count__c: null is no String")
        // A type of another library, whose own error message quotes the value.
        enum Foreign: String, Decodable { case one }
        #expect(await finding(Foreign.self, "Stage__c") == "Stage__c: a text is no Foreign")
        let row = try await test.session.query("SELECT Id, Name FROM Thing__c").records[0]
        #expect(throws: FieldNotSelected.self) { try row["Nmae", as: String?.self] }
        #expect(throws: FieldTypeMismatch.self) { try row["Name", as: Bool.self] }
    }
}

struct `A record made of a type of Swift` {
    @Test func `has null where null was encoded, and nothing where nothing was`() throws {
        struct Change: Encodable {
            var status: String?
            var phone: String?

            enum Key: String, CodingKey { case status, preferredPhone }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encodeIfPresent(status, forKey: .status)
                try container.encode(phone, forKey: .preferredPhone)
            }
        }
        let record = try SObject("ContactRequest", encoding: Change())
        #expect(record.fields == [SObject.Assignment("preferredPhone", .null)])
        #expect(record.id == nil)
        let full = try SObject("ContactRequest", encoding: Change(status: "New", phone: "1"))
        #expect(full.fields.map(\.value) == ["New", "1"])
    }

    @Test func `keeps every digit`() throws {
        struct Numbers: Encodable {
            let large = UInt64.max
            let decimal = Decimal(string: "12345678901234567890.123456789")
            let double = 0.1
        }
        let record = try SObject("Thing__c", encoding: Numbers())
        #expect(
            record.fields.map(\.value) == [
                .decimal(DecimalText("18446744073709551615")!),
                .decimal(DecimalText("12345678901234567890.123456789")!), .double(0.1),
            ]
        )
    }

    @Test func `has no place for parents, lists and lone values`() throws {
        struct Parent: Encodable { let name = "Secretive" }
        struct Empty: Encodable {}
        struct Holder<T: Encodable>: Encodable { let owner: T }

        func refusal(_ value: some Encodable) -> String? {
            let error = #expect(throws: FieldTypeMismatch.self) {
                try SObject("ContactRequest", encoding: value)
            }
            return error?.field
        }
        #expect(refusal(Holder(owner: Parent())) == "owner")
        #expect(refusal(Holder(owner: Empty())) == "owner")
        #expect(refusal(Holder(owner: ["a"])) == "owner")
        #expect(refusal(["a"]) == "record")
        #expect(refusal("a") == "record")
    }
}

struct `An id, a time, a date and a number` {
    @Test func `are texts in JSON, and what is none is not quoted`() throws {
        struct Values: Codable, Equatable {
            let id: RecordID
            let time: Timestamp
            let date: CalendarDate
            let number: DecimalText
        }
        let json = """
            {"date":"2026-01-31","id":"001000000000001AAA","number":"1.10",\
            "time":"2026-01-31T08:15:30.123Z"}
            """
        let values = try JSONDecoder().decode(Values.self, from: Data(json.utf8))
        #expect(values.time.precise == "2026-01-31T08:15:30.123Z")
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(values), as: UTF8.self) == json)

        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(RecordID.self, from: Data(#""Secretive""#.utf8))
        }
        #expect(!"\(try #require(error))".contains("Secretive"))
    }
}
