import AnnalsSOQL
import Testing

/// The error of parsing a query; `nil` if there is none.
func fault(_ text: String) -> SOQLError? {
    do {
        _ = try SOQLParser.parse(text)
        return nil
    } catch { return error }
}

struct `A limit` {
    @Test func `on the length counts characters, not bytes`() {
        let start = "SELECT Id FROM A WHERE x IN ('"
        func query(_ count: Int, _ character: String) -> String {
            start + String(repeating: character, count: count - start.count - 2) + "')"
        }
        #expect(fault(query(Dialect.lengthMax, "x"))?.message.contains("4000") == true)
        #expect(fault(query(Dialect.lengthMax + 1, "x"))?.message.contains("100000") == true)
        #expect(fault(query(Dialect.lengthMax, "€"))?.message.contains("4000") == true)
        #expect(fault(query(Dialect.lengthMax + 1, "€"))?.message.contains("100000") == true)
    }

    @Test func `on a string counts what it says, not how it is written`() {
        let whole = String(repeating: "\\u0041", count: Dialect.stringLengthMax)
        #expect(fault("SELECT Id FROM A WHERE x = '\(whole)'") == nil)
        #expect(fault("SELECT Id FROM A WHERE x = '\(whole)B'")?.code == .malformedQuery)
        #expect(fault("SELECT Id FROM A WHERE x LIKE '\(whole)B'")?.code == .malformedQuery)
    }

    @Test func `on nesting holds for parentheses`() {
        func query(_ depth: Int) -> String {
            "SELECT Id FROM A WHERE " + String(repeating: "(NOT ", count: depth) + "x = 1"
                + String(repeating: ")", count: depth)
        }
        #expect(fault(query(Dialect.nestingMax)) == nil)
        #expect(fault(query(Dialect.nestingMax + 1))?.code == .queryTooComplicated)
        #expect(fault(query(15_000))?.code == .queryTooComplicated)
    }

    @Test func `on nesting holds for queries`() {
        func query(_ depth: Int) -> String {
            String(repeating: "SELECT Id, (", count: depth) + "SELECT Id FROM A"
                + String(repeating: " ) FROM A", count: depth)
        }
        #expect(fault(query(Dialect.childLevelsMax - 1)) == nil)
        #expect(fault(query(Dialect.childLevelsMax))?.code == .malformedQuery)
        #expect(fault(query(4_000))?.code == .queryTooComplicated)
        #expect(fault(String(repeating: "(", count: 99_000))?.code == .malformedQuery)
    }

    @Test func `on child queries counts all of them`() {
        let child = ", (SELECT Id FROM Bs)"
        func query(_ count: Int) -> String {
            "SELECT Id" + String(repeating: child, count: count) + " FROM A"
        }
        #expect(fault(query(Dialect.childQueriesMax)) == nil)
        #expect(fault(query(Dialect.childQueriesMax + 1))?.code == .malformedQuery)
    }

    @Test func `on relationships counts each once`() {
        func query(_ count: Int) -> String {
            let fields = (0..<count).map { "r\($0 % 56)__r.a\($0)" }
            return "SELECT \(fields.joined(separator: ", ")) FROM A WHERE R0__R.x = 1"
        }
        #expect(fault(query(Dialect.parentRelationshipsMax)) == nil)
        #expect(fault(query(Dialect.parentRelationshipsMax + 1))?.code == .malformedQuery)
        let same = (0..<500).map { "Owner.a\($0)" }.joined(separator: ", ")
        #expect(fault("SELECT \(same) FROM A") == nil)
    }

    @Test func `keeps sources that name each other in a circle from hanging the check`() {
        #expect(fault("SELECT Id FROM A, y.B x, x.C y WHERE x.d = 1") != nil)
        #expect(fault("SELECT Id FROM A, y x, x y WHERE x.d = 1") == nil)
        let sources = (0..<56).map { "s\(($0 + 1) % 56).R s\($0)" }.joined(separator: ", ")
        #expect(fault("SELECT Id FROM \(sources) WHERE s5.d = 1") != nil)
    }

    /// A hundred thousand characters, of a kind that a worse algorithm would be slow at.
    @Test(arguments: [
        "SELECT a", "SELECT Id FROM A WHERE x = 1 AND y = 2", "SELECT Id FROM A GROUP BY a",
        "SELECT Id FROM A, b c", "SELECT TYPEOF a WHEN b THEN c", "SELECT Id FROM A WITH b WITH c",
        "SELECT Id FROM A WHERE b IN (1", "SELECT Id FROM A ORDER BY b",
    ])
    func `on the length is reached in little time`(start: String) {
        var text = start
        var count = 0
        let isChain = start.contains("AND")
        while text.utf8.count < 99_000 {
            count += 1
            if isChain {
                text += " AND a\(count) = 1"
            } else if start.contains("TYPEOF") {
                text += ", c\(count)"
            } else if start.contains("WITH") {
                text += " WITH m\(count)"
            } else {
                text += start.contains("IN (") ? ", \(count)" : ", n\(count)"
            }
        }
        let clock = ContinuousClock()
        let time = clock.measure {
            _ = fault(text)
            _ = fault(text + " FROM A")
            _ = fault(text + ")")
        }
        // A debug build on a busy machine takes a fifth of that; a quadratic algorithm takes
        // minutes.
        #expect(time < .seconds(5))
    }
}

/// Short lists are compared one by one, long ones are looked up: the results must be the same.
struct `A long list` {
    static let fields = (0..<40).map { "Field\($0)__c" }
    static let list = fields.joined(separator: ", ")

    @Test func `of fields tells one that stands twice`() {
        #expect(fault("SELECT \(Self.list) FROM A") == nil)
        for field in [Self.fields[0], Self.fields[20], Self.fields[39]] {
            let error = fault("SELECT \(Self.list), a.\(field.uppercased()) FROM A")
            #expect(error?.code == .invalidField)
            #expect(error?.message == "duplicate field selected: \(field)")
        }
    }

    @Test func `of groups tells what is grouped, and what is grouped twice`() {
        let query = "SELECT \(Self.list) FROM A GROUP BY \(Self.list)"
        #expect(fault(query) == nil)
        #expect(fault("\(query), Other ORDER BY FIELD39__C, a.other") == nil)
        #expect(fault("\(query) ORDER BY Other")?.message.contains("Other") == true)
        #expect(
            fault("\(query), a.FIELD39__C")?.message
                == "duplicate grouping expression: a.FIELD39__C"
        )
    }

    @Test func `of aliases tells one that stands twice`() {
        let list = Self.fields.map { "MAX(\($0)) m\($0)" }.joined(separator: ", ")
        #expect(fault("SELECT \(list) FROM A") == nil)
        for field in [Self.fields[0], Self.fields[20], Self.fields[39]] {
            let error = fault("SELECT \(list), MIN(x) M\(field) FROM A")
            #expect(error?.message == "duplicate alias: M\(field)")
        }
    }
}
