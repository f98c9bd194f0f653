import AnnalsSOQL
import Testing

/// Queries for the rules on the specification's page about the language, each with its rule.
struct `A query for a rule` {
    @Test func `that is right parses, and parses again from its print`() throws {
        let lines = try Corpus.lines("rules.jsonl").filter { $0.expectCode == nil }
        #expect(lines.count > 200)
        for line in lines {
            do {
                let query = try SOQLParser.parse(line.q)
                let text = query.text
                #expect(try SOQLParser.parse(text) == query, "\(text)")
            } catch { Issue.record("\(line.rule ?? "")\n\(line.q)\n\(error)") }
        }
    }

    @Test func `that is wrong is refused with the code that is expected, and a place`() throws {
        let lines = try Corpus.lines("rules.jsonl").filter { $0.expectCode != nil }
        #expect(lines.count > 400)
        for line in lines {
            do {
                let query = try SOQLParser.parse(line.q)
                Issue.record("accepted: \(line.rule ?? "")\n\(line.q)\n\(query)")
            } catch {
                #expect(error.code.rawValue == line.expectCode, "\(line.q)\n\(error)")
                expectPlace(error, in: line.q)
            }
        }
    }
}

/// `Tools/mutate-queries` has its own parser for the grammar, and says what that accepts.
struct `A query with one token changed` {
    @Test func `is taken by the grammar where another reader of it takes it`() throws {
        var options = SOQLParser.Options()
        options.checks = false
        let lines = try Corpus.lines("mutated.jsonl")
        #expect(Set(lines.map(\.taken)) == [true, false])
        for line in lines {
            do {
                let query = try SOQLParser.parse(line.q, options: options)
                #expect(line.taken == true, "accepted: \(line.q)\n\(query)")
                #expect(try SOQLParser.parse(query.text, options: options) == query)
            } catch {
                #expect(line.taken == false, "\(line.q)\n\(error)")
                expectPlace(error, in: line.q)
            }
        }
    }
}
