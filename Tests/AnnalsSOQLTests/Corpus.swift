import Foundation

/// A line of a file of queries, with the expected outcome.
struct CorpusLine: Decodable, Sendable {
    /// The query.
    let q: String
    /// The page and the number of the rule that it tests.
    let rule: String?
    /// The printed form of its tree.
    let prints: String?
    let expectCode: String?
    let row: Int?
    let column: Int?
    let message: String?
    /// Whether the grammar accepts it.
    let taken: Bool?

    enum CodingKeys: String, CodingKey {
        case q, rule, prints, row, column, message, taken
        case expectCode = "expect_code"
    }
}

/// The files of queries in `fixtures/soql`.
enum Corpus {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "fixtures/soql")

    static func lines(_ name: String) throws -> [CorpusLine] {
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        let decoder = JSONDecoder()
        return try text.split(separator: "\n").map {
            try decoder.decode(CorpusLine.self, from: Data($0.utf8))
        }
    }

    static func everything() throws -> [String] {
        try ["accept.jsonl", "reject.jsonl", "rules.jsonl", "mutated.jsonl"]
            .flatMap { try lines($0) }.map(\.q)
    }
}
