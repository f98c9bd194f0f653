import AnnalsSOQL
import Testing

/// Queries collected from public sources, which are not in the repository: skipped without them.
@Suite(.enabled(if: Corpus.hasShared))
struct `The collected queries` {
    /// Labelled right, and wrong by soql.md.
    static let disputed: Set<String> = [
        // Section 2 keeps the comparison of a sum or difference of fields out: only the vendor's
        // client parser takes it, and no reference tells of it.
        "SELECT Id FROM Account WHERE NumberOfEmployees + AnnualRevenue > 27",
        "SELECT Id FROM Account WHERE A - B > 10",
        "SELECT Id FROM Account WHERE A + B > 10",
        // Section 2: the alias of a source is a name, not a path.
        "SELECT Account.Name, (SELECT Contact.LastName FROM ORDER  Account.Contacts) FROM Account",
    ]

    @Test(arguments: ["accept.jsonl", "mutated-accept.jsonl"])
    func `that are right parse, and parse again from their print`(file: String) throws {
        for line in try Corpus.lines(file, in: Corpus.shared) {
            do {
                let query = try SOQLParser.parse(line.q)
                let text = query.text
                #expect(try SOQLParser.parse(text) == query, "\(text)")
                #expect(!Self.disputed.contains(line.q), "disputed, but taken: \(line.q)")
            } catch {
                #expect(Self.disputed.contains(line.q), "\(line.q)\n\(error)")
            }
        }
    }

    @Test(arguments: ["reject.jsonl", "apex-only.jsonl", "mutated-reject.jsonl"])
    func `that are wrong are refused, with the code that is expected`(file: String) throws {
        for line in try Corpus.lines(file, in: Corpus.shared) {
            do {
                let query = try SOQLParser.parse(line.q)
                Issue.record("taken: \(line.q)\n\(query)")
            } catch {
                let code = line.expectCode ?? error.code.rawValue
                #expect(error.code.rawValue == code, "\(line.q)\n\(error)")
            }
        }
    }
}
