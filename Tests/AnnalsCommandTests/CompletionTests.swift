import Annals
import AnnalsSchema
import Testing

@testable import AnnalsCommand

struct `Completion in the shell` {
    /// The completions of the statement at its `|`.
    private func candidates(_ marked: String) -> [String] {
        let schema = Schema(ObjectType.Definition.standard.map { ObjectType($0) })
        let completion = Completion(view: SchemaView(schema, apiVersion: 67))
        let before = marked.prefix { $0 != "|" }
        let text = marked.replacing("|", with: "")
        return completion.candidates(text, cursor: before.utf8.count).map(\.text)
    }

    @Test(arguments: [
        ("sel|", ["select"]),
        ("S|", ["SELECT"]),
        ("SELECT Id FROM Cont|", ["Contact", "ContactRequest"]),
        ("SELECT LastN| FROM contact", ["LastName"]),
        ("SELECT 'é漢', LastN| FROM contact", ["LastName"]),
        ("SELECT Id FROM Contact WHERE account.createdby.usern|", ["Account.CreatedBy.Username"]),
        ("SELECT Id FROM Contact c WHERE c.LastN|", ["c.LastName"]),
        ("SELECT account.par| FROM Contact", ["Account.ParentId", "Account.Parent."]),
        ("SELECT What.Ty| FROM ContactRequest", ["What.Type"]),
        ("SELECT TYPEOF What WHEN Opp| FROM ContactRequest", ["Opportunity"]),
        ("SELECT Id, (SELECT Id FROM Cont|) FROM Account", ["Contacts", "ContactRequests"]),
        ("SELECT Id, (SELECT LastN| FROM Contacts) FROM Account", ["LastName"]),
        (
            "SELECT Id FROM Contact WHERE AccountId IN (SELECT Paren| FROM Account)",
            ["ParentId", "Parent."]
        ),
        ("SELECT Id FROM Account WHERE CreatedDate = last_n_d|", ["last_n_days:"]),
        ("SELECT Id FROM Account ord|", ["order by"]),
        ("SELECT calendar_y| FROM Account", ["calendar_year("]),
        ("SELECT Id FROM Account LIMIT Na|", []),
        ("SELECT Id FROM Account WHERE Nothing.Na|", []),
        (".des|", [".describe"]),
        (".describe Cont|", ["Contact", "ContactRequest"]),
        (".mode j|", ["json"]),
        (".explain SELECT Id FROM Opp|", ["Opportunity"]),
    ])
    func `knows what may follow`(statement: String, expected: [String]) {
        #expect(candidates(statement) == expected)
    }

    @Test(arguments: [
        "", "|", ")))|", "((((|", "SELECT (SELECT (SELECT |", "'|", "FROM FROM |", "....|",
        "SELECT |",
        ".|", ". |", ".explain |", "SELECT Id FROM Contact WHERE Name = 'a\\|",
    ])
    func `survives anything`(statement: String) {
        _ = candidates(statement.contains("|") ? statement : statement + "|")
    }

    @Test func `of several begins with what they have in common`() {
        let found = ["AccountId", "account.", "ACCOUNTS"].map { Completion.Candidate(text: $0) }

        #expect(found.commonBeginning == "Account")
        #expect([Completion.Candidate]().commonBeginning == "")
    }
}

struct `Statements in lines` {
    private func read(_ lines: String...) -> (texts: [String], lines: [Int], begun: String) {
        var reader = StatementReader()
        let statements = lines.flatMap { reader.read($0) }
        return (statements.map(\.text), statements.map(\.line), reader.begun)
    }

    @Test func `end at semicolons`() {
        let found = read("a", "b; c ;", "", "  ;d")

        #expect(found.texts == ["a\nb", "c"])
        #expect(found.lines == [1, 2])
        #expect(found.begun == "d")
    }

    @Test func `do not end in strings, which end with their line`() {
        #expect(read(#"x = 'a;\';b' ; y"#).texts == [#"x = 'a;\';b'"#])
        #expect(read("x = 'a;", "b;").texts == ["x = 'a;\nb"])
    }
}

struct `The file of the shell's history` {
    @Test(arguments: [
        (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/annals/history"),
        (["XDG_STATE_HOME": "", "HOME": "/h"], "/h/.local/state/annals/history"),
        (["XDG_STATE_HOME": "s", "HOME": "/h"], "/h/.local/state/annals/history"),
        ([:], nil),
    ])
    func `lies where the XDG specification puts it`(environment: [String: String], path: String?) {
        #expect(HistoryFile.path(in: environment) == path)
    }
}
