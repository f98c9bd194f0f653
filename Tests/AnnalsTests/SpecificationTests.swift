import Foundation
import Testing

private let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A text of the repository, and its path.
private struct Text {
    let path: String
    let lines: [String]

    init(path: String, _ text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// All texts in the folders that contain one of the words, except for builds.
    static func all(in folders: [String], with words: [String]) throws -> [Text] {
        let words = words.map { Data($0.utf8) }
        var texts: [Text] = []
        for folder in folders {
            let base = repository.appending(path: folder)
            let files = try #require(FileManager.default.enumerator(atPath: base.path()))
            for case let path as String in files where !path.contains(".build/") {
                guard let data = try? Data(contentsOf: base.appending(path: path)),
                    words.contains(where: { data.range(of: $0) != nil }),
                    let text = String(data: data, encoding: .utf8)
                else { continue }
                texts.append(Text(path: "\(folder)/\(path)", text))
            }
        }
        return texts
    }
}

/// The pages of `fixtures/specification`, with the numbers of their headings.
private struct Specification {
    static let folder = repository.appending(path: "fixtures/specification")

    var numbers: [String: Set<String>] = [:]

    init() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path())
        where name != "README.md" {
            let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
            numbers[String(name.dropLast(".md".count))] = Set(
                text.matches(of: /(?m)^##+ ([0-9.]+) \S/).map { String($0.1) }
            )
        }
    }

    func holds(_ page: Substring, _ number: Substring) -> Bool {
        numbers[String(page)]?.contains(String(number)) == true
    }

    /// What is wrong with the citations in a text, one line each.
    func findings(in text: Text) -> [String] {
        var findings: [String] = []
        for (index, line) in text.lines.enumerated() {
            func found(_ what: String) { findings.append("\(text.path):\(index + 1): \(what)") }
            for start in line.ranges(of: "Specification: ") {
                let rest = line[start.upperBound...]
                let form = /[a-z-]+ \d[\d., ]*(?:; [a-z-]+ \d[\d., ]*)*/
                guard let cited = rest.prefixMatch(of: form) else {
                    found("no page and number: \(rest)")
                    continue
                }
                // The next number would be on the next line, where this test does not look for it.
                if cited.range.upperBound == line.endIndex, cited.output.last == "," {
                    found("the citation continues on the next line")
                }
                for part in cited.output.split(separator: ";") {
                    let words = part.split { ", ".contains($0) }
                    for word in words.dropFirst() {
                        // A number may end a sentence.
                        let number = word.hasSuffix(".") ? word.dropLast() : word
                        if !holds(words[0], number) { found("not there: \(words[0]) \(number)") }
                    }
                }
            }
            guard line.contains(".md") || line.contains(" note") else { continue }
            let small = line.lowercased()
            for name in Self.elsewhere where small.contains(name) {
                found("not in the repository: \(name)")
            }
        }
        return findings
    }

    /// Notes that were used while the engine was written, and that are not part of it.
    private static let elsewhere =
        [
            "calls", "soql", "describe", "recycle-bin", "fields", "sharing", "rest", "design",
            "reliability", "features", "security",
        ].map { "\($0).md" }
        + ["limits note", "reliability note", "security note", "features note", "design note"]
}

struct `A citation of the specification` {
    /// This file has wrong citations, to show that they are found.
    private static let own = "Tests/AnnalsTests/SpecificationTests.swift"

    @Test func `leads to a heading of a page in the repository`() throws {
        let specification = try Specification()
        let texts = try Text.all(
            in: ["Sources", "Tests", "Tools"],
            with: ["Specification: ", ".md", " note"]
        ).filter { $0.path != Self.own }

        #expect(texts.count > 100)
        for text in texts {
            let findings = specification.findings(in: text)
            #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
        }
    }

    @Test(arguments: [
        ("Specification: calls 2.99", 1), ("Specification: wishes 1.1", 1),
        ("Specification: calls 2.1, 2.99; soql 77", 2), ("Specification: calls", 1),
        ("(Specification: calls 2.1,", 1), ("(calls.md, section 2.1)", 1), ("see Soql.md", 1),
        ("(measured; limits note)", 1), ("reliability note, section 2", 1),
        ("(Specification: calls 2.1, 2.2; soql 6). More", 0),
    ])
    func `that leads nowhere is found`(line: String, count: Int) throws {
        let findings = try Specification().findings(in: Text(path: "Made.swift", "// \(line)"))
        #expect(findings.count == count, "\(findings)")
    }

    @Test func `tells the rule of each query and each worked case of the fixtures`() throws {
        struct Case: Decodable { let rule: String }
        let specification = try Specification()
        var rules: Set<String> = []
        for path in ["soql/rules.jsonl", "soql/worked/cases.jsonl"] {
            let file = repository.appending(path: "fixtures/\(path)")
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                rules.insert(try JSONDecoder().decode(Case.self, from: Data(line.utf8)).rule)
            }
        }
        for rule in rules {
            let words = rule.split(separator: " ")
            #expect(words.count == 2 && specification.holds(words[0], words[1]), "\(rule)")
        }
        // 4.5 is tested field by field; 12.1 and 13 where answers and errors are written.
        let language = try #require(specification.numbers["soql"]).filter {
            $0.contains(".") && (Int($0.prefix { $0 != "." }) ?? 0) <= 10
        }
        #expect(language.subtracting(rules.map { String($0.split(separator: " ")[1]) }) == ["4.5"])
    }

    @Test func `is never of what lies beside the repository, in a test`() throws {
        for text in try Text.all(in: ["Tests"], with: ["shared/"]) where text.path != Self.own {
            for (index, line) in text.lines.enumerated() {
                #expect(
                    line.firstMatch(of: /\.\.\/shared|"\/?shared\/|\/work\/shared/) == nil,
                    "\(text.path):\(index + 1): \(line)"
                )
            }
        }
    }
}

struct `A rule of the specification` {
    @Test func `tells its source`() throws {
        let index = try String(
            contentsOf: Specification.folder.appending(path: "README.md"),
            encoding: .utf8
        )
        let tags = Set(index.matches(of: /(?m)^\| \[([^\]]+)\] \|/).map { String($0.1) })
        #expect(tags.count > 10)
        func isTag(_ text: Substring) -> Bool {
            tags.contains(String(text)) || text.hasPrefix("unverified: we chose ")
                || text.hasPrefix("conflict: we chose ")
        }
        func lastTag(_ text: String) -> Substring? {
            text.matches(of: /\[([^\[\]]+)\]/).last?.1
        }

        var count = 0
        for page in try Specification().numbers.keys.sorted() {
            let text = try String(
                contentsOf: Specification.folder.appending(path: "\(page).md"),
                encoding: .utf8
            )
            for section in text.components(separatedBy: "\n### ").dropFirst() {
                let number = section.prefix { $0 != " " }
                let body = section.components(separatedBy: "\n## ")[0]
                    .trimmingCharacters(in: .newlines)
                let blocks = body.components(separatedBy: "\n\n")
                for block in blocks where block.hasPrefix("- ") {
                    for rule in "\n\(block)".components(separatedBy: "\n- ").dropFirst() {
                        count += 1
                        #expect(
                            rule.hasSuffix("]") && lastTag(rule).map(isTag) == true,
                            "\(page) \(number): \(rule)"
                        )
                    }
                }
                for block in blocks where block.hasPrefix("| ") {
                    let rows = block.split(separator: "\n")
                    if rows[0].hasSuffix("| source |") {
                        for row in rows.dropFirst(2) {
                            count += 1
                            let tag = row.split(separator: "|").last.map(String.init)
                                .flatMap(lastTag)
                            #expect(tag.map(isTag) == true, "\(page) \(number): \(row)")
                        }
                    }
                }
                #expect(lastTag(body).map(isTag) == true, "\(page) \(number) has no source")
            }
        }
        #expect(count > 300)
    }
}
