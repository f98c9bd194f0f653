import Foundation
import Testing

private let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private let tour = "Sources/Annals/Documentation.docc/Tour.md"
private let contributing = ".github/CONTRIBUTING.md"

/// A page that leads through the code in numbered steps.
///
/// A step names files, and whatever else it has in code voice is declared in one of them.
private struct Page {
    let path: String
    let text: String

    init(path: String, _ text: String) {
        self.path = path
        self.text = text
    }

    init(at path: String) throws {
        let text = try String(contentsOf: repository.appending(path: path), encoding: .utf8)
        self.init(path: path, text)
    }

    /// The items of numbered lists, each in one line.
    var steps: [String] {
        var steps: [String] = []
        var isInStep = false
        for line in text.components(separatedBy: "\n") {
            if line.prefixMatch(of: #/\d+\. /#) != nil {
                steps.append(line)
                isInStep = true
            } else if isInStep, line.hasPrefix("  ") {
                steps[steps.count - 1] += " " + line.trimmingCharacters(in: .whitespaces)
            } else {
                isInStep = false
            }
        }
        return steps
    }

    /// What stands between backticks.
    private static func code(in text: String) -> [String] {
        text.matches(of: #/`([^`\n]+)`/#).map { String($0.1) }
    }

    private static func isPath(_ code: String) -> Bool {
        ["Sources/", "Tests/", "Tools/", "fixtures/"].contains { code.hasPrefix($0) }
    }

    /// What the page names and the repository does not have, a line each.
    var findings: [String] {
        var findings: [String] = []
        for code in Self.code(in: text) where Self.isPath(code) {
            // A command may have arguments.
            let file = String(code.prefix { $0 != " " })
            let url = repository.appending(path: file)
            if !FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) {
                findings.append("\(path): there is no \(file)")
            }
        }
        for step in steps {
            let words = Self.code(in: step)
            let sources = words.filter { Self.isPath($0) && $0.hasSuffix(".swift") }
                .compactMap { file in
                    try? String(contentsOf: repository.appending(path: file), encoding: .utf8)
                }
                .map { Declarations(of: $0) }
            for word in words where !Self.isPath(word) {
                guard let name = Name(word) else { continue }
                if !sources.contains(where: { $0.contains(name) }) {
                    findings.append("\(path): \(word) is declared in no file of \(step.prefix(60))")
                }
            }
        }
        return findings
    }
}

/// A name as the documents spell it: `Writer.enqueue(_:)`, `Fold`, `SOQL.text`.
private struct Name {
    /// The types that it is in, the outermost first.
    let owners: [String]
    let base: String
    /// Of its parameters; `nil` if it is written without brackets.
    let labels: [String]?

    init?(_ code: String) {
        let form = /(?:([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)\.)?([A-Za-z]\w*)(?:\(([\w:]*)\))?/
        guard let match = code.wholeMatch(of: form) else { return nil }
        owners = match.output.1.map { $0.split(separator: ".").map { String($0) } } ?? []
        base = String(match.output.2)
        labels = match.output.3.map { $0.split(separator: ":").map { String($0) } }
    }
}

/// What a file declares, as far as its words show.
private struct Declarations {
    private let source: String
    /// Two words next to each other: `func create`, `extension Session`.
    private let pairs: Set<String>

    private static let types = ["struct", "class", "enum", "actor", "protocol", "extension"]
    private static let members = types + ["typealias", "case", "let", "var", "func"]

    init(of source: String) {
        self.source = source
        let words = source.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        pairs = Set(zip(words, words.dropFirst()).map { "\($0) \($1)" })
    }

    func contains(_ name: Name) -> Bool {
        for owner in name.owners {
            guard Self.types.contains(where: { pairs.contains("\($0) \(owner)") }) else {
                return false
            }
        }
        guard let labels = name.labels else {
            return Self.members.contains { pairs.contains("\($0) \(name.base)") }
        }
        let start = name.base == "init" ? " init" : " func \(name.base)"
        return source.ranges(of: start).contains { range in
            let rest = source[range.upperBound...]
            guard let bracket = rest.firstIndex(of: "(") else { return false }
            let between = rest[..<bracket]
            guard between.isEmpty || between == "?" || between.hasPrefix("<") else { return false }
            return Self.labels(rest[rest.index(after: bracket)...]) == labels
        }
    }

    /// The labels of the parameters in front of a closing bracket.
    private static func labels(_ text: Substring) -> [String] {
        var labels: [String] = []
        var parameter = ""
        var depth = 0
        for character in text {
            if depth == 0, character == "," || character == ")" {
                let words = parameter.prefix { $0 != ":" }.split { $0.isWhitespace }
                if parameter.contains(":"), let label = words.first { labels.append(String(label)) }
                parameter = ""
                if character == ")" { break }
            } else {
                if "([{".contains(character) { depth += 1 }
                if ")]}".contains(character) { depth -= 1 }
                parameter.append(character)
            }
        }
        return labels
    }
}

struct `A way through the code` {
    @Test(arguments: [tour, contributing, "README.md"])
    func `names files that are there, and what they declare`(path: String) throws {
        let findings = try Page(at: path).findings
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test func `is in steps`() throws {
        #expect(try Page(at: tour).steps.count > 30)
        #expect(try Page(at: contributing).steps.count > 15)
    }

    @Test(arguments: [
        ("1. `Sources/Annals/Calls/Create.swift`: `Session.create(_:options:)`", 0),
        ("1. `Sources/Annals/Calls/Create.swift`: `Session.create(_:)`", 1),
        ("1. `Sources/Annals/Calls/Create.swift`: `Writer.create(_:options:)`", 1),
        ("1. `Sources/Annals/Calls/Create.swift`: `Limits`, `Nothing`", 1),
        ("1. The call\n   `Session.create(_:options:)`", 1),
        ("1. `Sources/Annals/Calls/Nowhere.swift`", 1),
        ("See `Tools/nothing 5`, and `Session.nothing()` in no step.", 1),
        ("1. `Sources/AnnalsLog/Transactions/EventKind.swift`: `EventKind.withheld`", 0),
        ("1. `Sources/Annals/Reading/StoreView.swift`: `StoreView.init(_:cancellation:)`", 0),
        ("1. `Sources/Annals/Reading/StoreView.swift`: `Session.read(_:)`", 0),
    ])
    func `that leads nowhere is found`(text: String, count: Int) {
        let findings = Page(path: "Made.md", text).findings
        #expect(findings.count == count, "\(findings)")
    }
}
