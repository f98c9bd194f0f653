import AnnalsSOQL
import Testing

struct `An error` {
    @Test func `prints the fragment, the caret, the place and the sentence`() throws {
        let error = try #require(fault("SELECT Id, FROM Account"))

        #expect(
            error.description == """

                SELECT Id, FROM Account
                           ^
                ERROR at Row:1:Column:12
                unexpected token: 'FROM'
                """
        )
        #expect(error.code == .malformedQuery)
        #expect(error.code.description == "MALFORMED_QUERY")
        #expect(error.offset == 11)
    }

    @Test func `counts rows from the first line that is not blank`() throws {
        let error = try #require(fault("\n \t\r\n\n  SELECT Id\r\nFROM A\nWHERE x"))

        #expect([error.row, error.column] == [3, 8])
    }

    @Test func `counts columns in UTF-16 units`() throws {
        let error = try #require(fault("SELECT Id FROM A WHERE x = 'é😀' y"))

        #expect([error.row, error.column, error.offset] == [1, 34, 36])
        #expect(error.message == "unexpected token: 'y'")
    }

    @Test func `shows only some of a long query`() throws {
        let columns = (1...200).map { "Field\($0)__c" }.joined(separator: ", ")
        let error = try #require(fault("SELECT \(columns),, Name, \(columns) FROM A"))
        let lines = error.description.split(separator: "\n")

        #expect(lines[0].count < 90)
        #expect(lines[0].hasPrefix("Field"))
        #expect(lines[1].count < 50)
        let caret = lines[0].index(lines[0].startIndex, offsetBy: lines[1].count - 1)
        #expect(lines[0][caret...].hasPrefix(", Name"))
    }

    @Test func `can be made for any node of a tree, as the engine does`() throws {
        let text = "SELECT Id,\n Nope FROM A"
        let query = try SOQLParser.parse(text)
        guard case .field(let expression) = query.columns[1].kind else { return }
        let error = SOQLError(.invalidField, "No such column", at: expression.range, in: text)

        #expect([error.row, error.column] == [2, 2])
    }
}

struct `The parser's options` {
    @Test func `let ALL ROWS through only where asked for`() throws {
        let text = "SELECT Id FROM A LIMIT 1 ALL ROWS"
        var options = SOQLParser.Options()
        #expect(fault(text)?.message == "unexpected token: 'ALL'")

        options.allowsAllRows = true
        let query = try SOQLParser.parse(text, options: options)
        #expect(query.allRows)
        #expect(query.text == text)
    }

    @Test func `leave the check to the caller where asked for`() throws {
        let text = "SELECT Id, Id FROM A"
        var options = SOQLParser.Options()
        options.checks = false
        let query = try SOQLParser.parse(text, options: options)

        #expect(throws: SOQLError.self) { try query.check(in: text) }
    }
}

struct `A tree` {
    @Test func `built by hand equals the one that is parsed`() throws {
        var query = Query(
            columns: [Column(.field(.path("Id"))), Column(.field(.path("Owner.Name")))],
            from: [Source("ContactRequest", alias: "cr")]
        )
        query.filter = .and([
            .comparison(Comparison(.path("Status"), .equal, .value(Literal(.text("New"))))),
            .not(.comparison(Comparison(.path("WhoId"), .in, .list([Literal(.null)])))),
        ])
        query.order = [OrderKey(.path("CreatedDate"), isDescending: true, nulls: .last)]
        let text = """
            SELECT Id, Owner.Name FROM ContactRequest cr
            WHERE (Status = 'New') AND (NOT WhoId IN (null))
            ORDER BY CreatedDate DESC NULLS LAST
            """

        #expect(try SOQLParser.parse(text) == query)
    }

    @Test func `knows where its nodes stand, and takes no notice of it when compared`() throws {
        let text = "SELECT Id, MAX( a.B ) x FROM A"
        let query = try SOQLParser.parse(text.replacing("Id, ", with: ""))
        let column = query.columns[0]

        #expect([column.range.start, column.range.end] == [7, 19])
        #expect(column.alias?.range.start == 18)
        #expect(try SOQLParser.parse("SELECT MAX(a.B) x FROM A") == query)
    }

    @Test func `tells names apart as SOQL does, not as they were typed`() {
        #expect(Path("Owner.NAME").matches("owner.Name"))
        #expect(Path("Owner.NAME") != "owner.Name")
        #expect(!Path("Owner.Name").matches("Name"))
        #expect(Name("Straße").matches("STRAßE"))
        #expect(Name("ÄB").folded == "Äb")
        #expect(Function(named: "Calendar_Year") == .calendarYear)
        #expect(Function(named: "CALENDAR") == nil)
    }
}
