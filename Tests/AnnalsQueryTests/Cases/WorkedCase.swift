import Foundation
import Testing

/// A small case with its outcome, of `semantics-cases.jsonl`: where an engine that thinks in SQL
/// goes wrong.
struct WorkedCase: Decodable, Sendable, CustomTestStringConvertible {
    let id: String
    let title: String
    let q: String
    /// Symbols of the records that are found.
    let rows: [String]?
    let ordered: Bool?
    /// A code, or several with words between.
    let error: String?
    let message: String?
    /// The outcome in words.
    let shape: String?
    let confidence: String

    var testDescription: String { "\(id) \(title)" }

    /// Whether its sources are silent or at odds: then a difference is only told.
    var isUncertain: Bool {
        confidence.contains("CONFLICT") || confidence.contains("unverified")
    }
}

/// A value of the fixture.
enum FixtureValue: Decodable, Sendable, Hashable {
    case null
    case flag(Bool)
    case number(Double)
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

/// The records that the cases are about, and who asks.
struct CaseFixture: Decodable, Sendable {
    /// By object and symbol.
    let fixture: [String: [String: [String: FixtureValue]]]
    let now: String
    let timeZone: String
    let fiscalYearStartMonth: Int
}

/// The folder beside the repository that has the cases.
enum WorkedCases {
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/soql/semantics-cases.jsonl")

    static let all: [WorkedCase] = lines.dropFirst().compactMap { line in
        try? JSONDecoder().decode(WorkedCase.self, from: Data(line.utf8))
    }

    static func fixture() throws -> CaseFixture {
        try JSONDecoder().decode(CaseFixture.self, from: Data((lines.first ?? "").utf8))
    }

    private static let lines: [Substring] =
        (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? []
}
