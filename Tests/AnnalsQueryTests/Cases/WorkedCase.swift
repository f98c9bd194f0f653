import Foundation
import Testing

/// A small case with its outcome: mistakes that an engine with SQL's semantics would make.
struct WorkedCase: Decodable, Sendable, CustomTestStringConvertible {
    /// The page and the number of the rule that it tests.
    let rule: String
    let title: String
    /// The query; `@B1` stands for the id of that record, `@15:B1` for its first 15 characters.
    let q: String
    /// Whether it is a query for `queryAll`.
    let all: Bool?
    /// Symbols of the records that are found.
    let rows: [String]?
    /// The lines of the answer, as `RowText` writes them, with symbols for ids.
    let lines: [String]?
    let ordered: Bool?
    /// The code of the error, and the words if these are known.
    let error: String?
    let message: String?

    var testDescription: String { "\(rule): \(title)" }
}

/// A value of a record.
enum FixtureValue: Decodable, Sendable, Hashable {
    case null
    case flag(Bool)
    case number(Double)
    /// `@C1` stands for the id of that record.
    case text(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }
}

/// The records of the cases in the order of their creation, and the user who asks.
struct CaseFixture: Decodable, Sendable {
    struct Record: Decodable, Sendable {
        let symbol: String
        let object: String
        let time: String
        let deleted: Bool?
        let fields: [String: FixtureValue]
    }

    let now: String
    let timeZone: String
    let fiscalYearStart: Int
    let records: [Record]
}

/// The files of `fixtures/soql/worked`.
enum WorkedCases {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "fixtures/soql/worked")

    static func all() throws -> [WorkedCase] {
        try String(contentsOf: folder.appending(path: "cases.jsonl"), encoding: .utf8)
            .split(separator: "\n").map {
                try JSONDecoder().decode(WorkedCase.self, from: Data($0.utf8))
            }
    }

    static func fixture() throws -> CaseFixture {
        let data = try Data(contentsOf: folder.appending(path: "records.json"))
        return try JSONDecoder().decode(CaseFixture.self, from: data)
    }

    static func schema() throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: "schema.json")))
    }
}
