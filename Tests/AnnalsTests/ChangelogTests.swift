import Foundation
import Testing

struct `The changelog` {
    private static func text(_ path: String) throws -> String {
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../\(path)").standardized
        return try String(contentsOf: url, encoding: .utf8)
    }

    @Test func `has the newest version first, and the program says the last one`() throws {
        let text = try Self.text("Sources/Annals/Documentation.docc/Changelog.md")
        let versions = text.matches(of: /(?m)^## (\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)$/)
            .map { (number: String($0.1), date: String($0.2)) }
        let last = try #require(versions.first)

        #expect(text.components(separatedBy: "\n## ").count == versions.count + 3)
        #expect(text.components(separatedBy: "\n## ")[2].hasPrefix("Unreleased\n"))
        #expect(versions.map { $0.date } == versions.map { $0.date }.sorted(by: >))
        #expect(
            try Self.text("Sources/AnnalsCommand/Version.swift").contains("= \"\(last.number)\"")
        )
    }
}
