import Foundation

/// A line of a file of queries, with what is expected of it.
struct CorpusLine: Decodable, Sendable {
    /// The query.
    let q: String
    /// What its tree prints.
    let prints: String?
    let expectCode: String?
    let row: Int?
    let column: Int?
    let message: String?

    enum CodingKeys: String, CodingKey {
        case q, prints, row, column, message
        case expectCode = "expect_code"
    }
}

/// Files of queries: those of the repository, and those that may lie in a folder beside it.
enum Corpus {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let fixtures = root.appending(path: "fixtures/soql")
    static let shared = root.deletingLastPathComponent().appending(path: "shared/soql")

    static var hasShared: Bool { FileManager.default.fileExists(atPath: shared.path()) }

    static func lines(_ name: String, in folder: URL) throws -> [CorpusLine] {
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        let decoder = JSONDecoder()
        return try text.split(separator: "\n").map {
            try decoder.decode(CorpusLine.self, from: Data($0.utf8))
        }
    }

    /// Every query of the fixtures and, where it is there, of the folder beside.
    static func everything() throws -> [String] {
        var queries = try ["accept.jsonl", "reject.jsonl"].flatMap { try lines($0, in: fixtures) }
        if hasShared {
            queries += try [
                "accept.jsonl", "mutated-accept.jsonl", "reject.jsonl", "apex-only.jsonl",
                "mutated-reject.jsonl",
            ].flatMap { try lines($0, in: shared) }
        }
        return queries.map(\.q)
    }
}
