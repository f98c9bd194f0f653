import AnnalsTestSupport
import Foundation
import Testing

/// What must occur in some story, read from the sources, so that nothing is added without a story.
struct `The stories` {
    private static let answers: [String] = StoryFile.all.flatMap { file in
        (try? file.read())?.blocks.flatMap(\.answer) ?? []
    }

    private static func source(_ path: String) -> String {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/\(path)").standardized
        return (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }

    /// The codes that a type of `source` declares: `static let deleteFailed = Self("DELETE_FAILED")`.
    private static func codes(of type: String, in source: String) -> [String] {
        let declaration = source.components(separatedBy: "struct \(type):").dropFirst().first ?? ""
        let body = declaration.components(separatedBy: "\n}\n")[0]
        return body.matches(of: /Self\(\s*"([A-Z_]+)"\)/).map { String($0.1) }
    }

    @Test func `are a hundred and more`() { #expect(StoryFile.all.count >= 100) }

    @Test func `have every status code`() {
        let source = Self.source("AnnalsSchema/Rules/RecordError.swift")
        let codes = Self.codes(of: "StatusCode", in: source)
        #expect(codes.count > 20)

        let missing = codes.filter { code in
            !Self.answers.contains { $0.contains(": refused \(code): ") }
        }
        #expect(missing == [])
    }

    @Test func `have every exception code`() {
        let codes = Self.codes(of: "ExceptionCode", in: Self.source("Annals/StoreError.swift"))
        #expect(codes.count > 15)

        let missing = codes.filter { code in
            !Self.answers.contains { $0.hasPrefix("fault \(code): ") }
        }
        // Every object can be created, updated and replicated. That some cannot be deleted is an
        // error of the record.
        #expect(missing == ["INVALID_TYPE_FOR_OPERATION"])
    }

    /// What no story can reach: there would have to be 3,844 objects.
    private static let unreachable: Set = ["no key prefix is left"]

    @Test(arguments: ["SchemaChange", "FieldChange", "FieldDemand", "SchemaFile+Reading"])
    func `have every refusal of a schema`(file: String) {
        let sentences = Sentences(ofSource: Self.source("AnnalsSchema/Evolution/\(file).swift")).all
        #expect(!sentences.isEmpty)

        let missing = sentences.filter { sentence in
            !Self.unreachable.contains(sentence) && !Self.answers.contains { $0.contains(sentence) }
        }
        #expect(missing == [])
    }
}

/// The sentences in the string literals of a source; for each, the longest piece without a value.
///
/// Anything with fewer than three words is not a sentence.
private struct Sentences {
    private(set) var all: [String] = []
    private var rest: Substring = ""

    init(ofSource source: String) {
        let code = source.split(separator: "\n").filter { line in
            !line.drop { $0 == " " }.hasPrefix("//")
        }
        rest = code.joined(separator: "\n")[...]
        while let character = rest.popFirst() {
            if character == "\"" { readLiteral() }
        }
    }

    /// Reads the rest of a literal, whose first quote was read.
    private mutating func readLiteral() {
        var pieces = [""]
        while let character = rest.popFirst(), character != "\"" {
            guard character == "\\", let escaped = rest.popFirst() else {
                pieces[pieces.count - 1].append(character)
                continue
            }
            if escaped == "(" {
                skipValue()
                pieces.append("")
            } else {
                pieces[pieces.count - 1].append(escaped)
            }
        }
        let longest = pieces.max { $0.count < $1.count } ?? ""
        if longest.split(separator: " ").count >= 3 { all.append(longest) }
    }

    /// Skips to the bracket that ends a value; literals in it are read like others.
    private mutating func skipValue() {
        var depth = 1
        while depth > 0, let character = rest.popFirst() {
            switch character {
            case "(": depth += 1
            case ")": depth -= 1
            case "\"": readLiteral()
            default: break
            }
        }
    }
}
