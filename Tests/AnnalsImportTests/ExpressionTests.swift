import Annals
import Testing

@testable import AnnalsImport

/// The value of an expression over columns a and b.
private func outcome(_ expression: String, _ cells: [String: Cell]) throws -> Outcome {
    let json = """
        {"object": "O", "key": {"field": "K", "value": "{k}"}, "fields": {"F": \(expression)}}
        """
    let mapping = try ImportMapping(json: Array(json.utf8))
    let row = mapping.columns.names.map { cells[$0] ?? .absent }
    return mapping.fields[0].expression.outcome(row, mapping.references)
}

private let null = Cell.null(token: "?")

struct `An expression` {
    @Test func `of one column keeps the type of its value`() throws {
        #expect(try outcome("\"{a}\"", ["a": .value(true)]) == .value(true))
        #expect(try outcome("\"{a}\"", ["a": .value(.double(1.5))]) == .value(.double(1.5)))
        #expect(try outcome("\"n {a}\"", ["a": .value(7)]) == .value("n 7"))
        #expect(try outcome("\"plain\"", [:]) == .value("plain"))
    }

    @Test func `is null with a column that is null, and absent with one that is absent`() throws {
        #expect(try outcome("\"{a} {b}\"", ["a": null, "b": .value("x")]) == .null)
        #expect(try outcome("\"{a} {b}\"", ["a": .value("x")]) == .absent)
        #expect(try outcome("\"{a} {b}\"", ["a": null]) == .absent)
    }

    @Test func `may keep nulls as they stand`() throws {
        let template = "{\"template\": \"{a} at {b}\", \"keepNulls\": true}"

        #expect(try outcome(template, ["a": null, "b": .value("x")]) == .value("? at x"))
        #expect(try outcome(template, ["a": null]) == .absent)
    }

    @Test func `compares texts`() throws {
        let equals = "{\"equals\": [\"{a}\", \"Phone\"]}"

        #expect(try outcome(equals, ["a": .value("Phone")]) == .value(true))
        #expect(try outcome(equals, ["a": .value("phone")]) == .value(false))
        #expect(try outcome(equals, ["a": null]) == .value(false))
        #expect(try outcome(equals, [:]) == .absent)
    }

    @Test func `takes the first that has a value`() throws {
        let first = "{\"first\": [\"{a}\", \"{b}\"]}"

        #expect(try outcome(first, ["a": .value("x"), "b": .value("y")]) == .value("x"))
        #expect(try outcome(first, ["a": null, "b": .value("y")]) == .value("y"))
        #expect(try outcome(first, ["b": .value("y")]) == .value("y"))
        #expect(try outcome(first, ["a": null]) == .null)
        #expect(try outcome(first, [:]) == .absent)
    }

    @Test func `refers to records`() throws {
        let reference = "{\"reference\": \"User\", \"by\": \"Username\", \"value\": \"r.{a}\"}"

        #expect(try outcome(reference, ["a": .value(3)]) == .reference(0, value: "r.3"))
        #expect(try outcome(reference, ["a": null]) == .null)
        #expect(try outcome(reference, [:]) == .absent)
        #expect(try outcome("{\"importer\": true}", [:]) == .importer)
        #expect(try outcome("{\"null\": true}", [:]) == .null)
    }
}

struct `A time` {
    @Test func `is read day first, in UTC`() {
        let format = TimeFormat.dayFirst

        #expect(format.time("29/2/2016 01:16") == Timestamp("2016-02-29T01:16:00Z"))
        #expect(format.time("1/12/2016 23:59") == Timestamp("2016-12-01T23:59:00Z"))
        #expect(format.time("01/02/2016 9:05") == Timestamp("2016-02-01T09:05:00Z"))
    }

    @Test(arguments: [
        "29/2/2017 01:16", "1/13/2016 01:16", "1/1/16 01:16", "1/1/2016 24:00", "1/1/2016 1:60",
        "1/1/2016", "1/1/2016 01:16:00", " 1/1/2016 01:16", "1-1-2016 01:16", "",
    ])
    func `that does not exist is none`(text: String) {
        #expect(TimeFormat.dayFirst.time(text) == nil)
    }

    @Test func `is read as ISO 8601`() {
        let time = Timestamp(milliseconds: 1_769_847_330_123)

        #expect(TimeFormat.iso.time("2026-01-31T08:15:30.123Z") == time)
        #expect(TimeFormat.iso.time("2026-01-31T09:15:30.123+01:00") == time)
        #expect(TimeFormat.iso.time("31/1/2026 08:15") == nil)
    }
}
