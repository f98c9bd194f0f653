import AnnalsSOQL
import Testing

struct `A query of the fixtures` {
    @Test func `that is right prints as expected, and parses back to the same tree`() throws {
        for line in try Corpus.lines("accept.jsonl") {
            do {
                let query = try SOQLParser.parse(line.q)
                #expect(query.text == line.prints)
                #expect(try SOQLParser.parse(query.text) == query)
            } catch { Issue.record("\(line.q)\n\(error)") }
        }
    }

    @Test func `that is wrong is refused with the code, the place and the words expected`()
        throws
    {
        for line in try Corpus.lines("reject.jsonl") {
            do {
                let query = try SOQLParser.parse(line.q)
                Issue.record("accepted: \(line.q)\n\(query)")
            } catch {
                #expect(error.code.rawValue == line.expectCode, "\(line.q)")
                #expect([error.row, error.column] == [line.row, line.column], "\(line.q)")
                #expect(error.message == line.message, "\(line.q)")
            }
        }
    }
}
