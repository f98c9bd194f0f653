import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import Annals

/// The fast path of a value into a record must have the same result as the slow one.
struct `A prepared value` {
    private static let json = #"""
        {"objects": [{"name": "T__c", "fields": [
          {"name": "Text__c", "type": "string", "length": 12},
          {"name": "Area__c", "type": "textarea", "length": 12},
          {"name": "Phone__c", "type": "phone"}, {"name": "Url__c", "type": "url"},
          {"name": "Mail__c", "type": "email"}, {"name": "Flag__c", "type": "boolean"},
          {"name": "Int__c", "type": "int"}, {"name": "Double__c", "type": "double"},
          {"name": "Date__c", "type": "date"}, {"name": "Time__c", "type": "datetime"},
          {"name": "Open__c", "type": "picklist", "length": 12, "values": [
            {"value": "Café"}, {"value": "New"}, {"value": "Old", "active": false}]},
          {"name": "Closed__c", "type": "picklist", "length": 12, "restricted": true, "values": [
            {"value": "Café"}, {"value": "New"}, {"value": "Old", "active": false}]},
          {"name": "Other__c", "type": "string"}]}]}
        """#

    private static let texts = [
        "", " ", "a", " a", "a ", "a\u{A0}", "\u{2028}a", "a\u{0}b", "\u{0}", "a\u{7F}", "\u{7F}",
        "Café", "Cafe\u{301}", "CAFÉ", " Café ", "Café\u{3000}", "New", "new", " New", "New\n",
        "Old", "old", "longer than it may be", "\u{E9}", "e\u{301}", "\u{AC00}", "\u{1100}\u{1161}",
        "abcdefghijkl", "abcdefghijklm", "abcdefghijké", "abcdefghijk\u{E9}m", "😀😀😀😀😀😀",
        "😀😀😀😀😀😀😀", "true", "1", "0", "7", "07", "7.0", "0x10", "1e400", "1e-400", "nan",
        "2147483647", "2147483648", "9007199254740993", "2020-12-22", "2020-12-22T21:16:01Z",
        "a@b.example", "a@b", "@", "003000000000001AAA",
    ]

    private static let values: [Value] =
        texts.map(Value.text) + texts.map { Value(number: $0) }
        + [
            .null, true, false, 0, 1, 7, .integer(.max), .integer(1 << 53 + 1), .double(0.1),
            .double(-0.0), .double(.nan), .double(7), .double(1e300), .date(CalendarDate(days: 7)),
            .date(CalendarDate(days: .max)), .dateTime(Timestamp(milliseconds: 1500)),
        ]

    /// What a prepared call makes of the last value for a field.
    private struct Made: Equatable {
        var bytes: [UInt8]?
        var errors: [RecordError]
        var missing: [String]
    }

    private func made(
        _ field: Field,
        _ values: [Value],
        _ schema: Schema,
        isSlow: Bool,
        isTruncating: Bool
    ) throws -> [Made] {
        let records = values.map { value in
            SObject(
                "T__c",
                [field.name: value] as KeyValuePairs,
                fieldsToNull: isSlow ? ["Other__c"] : []
            )
        }
        let call = try PreparedCall(
            records,
            schema: schema,
            apiVersion: 67,
            isTruncating: isTruncating
        )
        return call.records.map { record in
            let slot = call.slots[record.slots].first { $0.id == field.id }
            let problems = call.problems(of: record)
            return Made(
                bytes: slot.map { Array(call.bytes.bytes[$0.range]) },
                errors: problems.errors,
                missing: problems.missing
            )
        }
    }

    @Test(arguments: [false, true])
    func `is the same on the fast way and on the slow one`(isTruncating: Bool) throws {
        let test = try TestStore(schema: SchemaFile(json: Array(Self.json.utf8)))
        let schema = test.store.schema
        let object = try #require(schema["T__c"])
        var random = SeededRandom(seed: testSeed(5))
        for field in object.fields where field.has(.custom) && field.name != "Other__c" {
            // In a random order and each value twice, because a call is faster for values that it
            // has seen.
            let values = (Self.values + Self.values).shuffled(using: &random)
            let fast = try made(field, values, schema, isSlow: false, isTruncating: isTruncating)
            let slow = try made(field, values, schema, isSlow: true, isTruncating: isTruncating)
            for (index, value) in values.enumerated() {
                #expect(fast[index] == slow[index], "\(field.name): \(value)")
                // Both must be what the field makes of the value.
                let normal = try? field.normalized(value, isTruncating: isTruncating)
                #expect((normal == nil) == !slow[index].errors.isEmpty, "\(field.name): \(value)")
                if let normal, normal != .null {
                    let bytes = try #require(slow[index].bytes)
                    #expect(try field.value(in: bytes.rawSpan, schema: schema) == normal)
                }
            }
        }
    }

    @Test func `counts where it is the last for its field, whatever came before`() async throws {
        let test = try TestStore(schema: SchemaFile(json: Array(Self.json.utf8)))
        let results = try await test.session.create([
            SObject("T__c", ["text__c": "first", "Text__c": "second"]),
            SObject("T__c", ["Int__c": "wrong", "int__c": 7]),
            SObject("T__c", ["Int__c": 7, "INT__C": 8]),
            SObject("T__c", ["Int__c": 7, "int__c": "wrong"]),
        ])

        #expect(results.map(\.isSuccess) == [true, true, true, false])
        let records = try await test.session.retrieve(
            from: "T__c",
            ids: results.compactMap(\.id).map { RecordReference($0) }
        )
        #expect(records[0]?["Text__c"] == "second")
        #expect(records[1]?["Int__c"] == 7)
        #expect(records[2]?["Int__c"] == 8)
    }
}
