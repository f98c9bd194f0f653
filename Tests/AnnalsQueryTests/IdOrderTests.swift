import Annals
import AnnalsTestSupport
import Testing

struct `Ids in a query` {
    private static let schema = """
        {"objects": [{"name": "Zone__c", "keyPrefix": "Zz0", "fields": [
          {"name": "Kind__c", "type": "string", "indexed": true},
          {"name": "Any__c", "type": "reference", "relationshipName": "Any__r",
           "referenceTo": ["Account", "Contact", "Zone__c"]}]}]}
        """

    /// About three hundred records, every fifth of which is in the recycle bin.
    private func filled() async throws -> (SmallStore, [RecordID], deleted: Set<RecordID>) {
        let test = try SmallStore(Self.schema)
        var ids: [RecordID] = []
        for start in stride(from: 0, to: 320, by: 160) {
            ids += try await test.create(
                (start..<(start + 160)).map {
                    SObject("Zone__c", ["Kind__c": .text($0 % 3 == 0 ? "third" : "other")])
                }
            )
        }
        let deleted = ids.enumerated().filter { $0.offset % 5 == 0 }.map(\.element)
        for id in deleted { try await test.session.delete(id) }
        return (test, ids, Set(deleted))
    }

    @Test func `are in the order of their fifteen characters, capitals before small letters`()
        async throws
    {
        let (test, ids, deleted) = try await filled()
        let living = ids.filter { !deleted.contains($0) }.map(\.shortDescription)

        for place in [0, 9, 10, 35, 36, 61, 62, 150, 319] {
            for text in [ids[place].shortDescription, ids[place].description] {
                let bound = ids[place].shortDescription
                let expected: [(String, (String) -> Bool)] = [
                    ("<", { $0 < bound }), ("<=", { $0 <= bound }), (">", { $0 > bound }),
                    (">=", { $0 >= bound }),
                ]
                for (op, holds) in expected {
                    let found = try await test.ids(
                        "SELECT Id FROM Zone__c WHERE Id \(op) '\(text)' ORDER BY Id"
                    )
                    #expect(found.map(\.shortDescription) == living.filter(holds), "\(op) \(text)")
                }
            }
        }
    }

    @Test func `are paged by the last one, each once, whichever form it is written in`()
        async throws
    {
        let (test, ids, deleted) = try await filled()
        let living = ids.filter { !deleted.contains($0) }
        let third = living.filter { ids.firstIndex(of: $0)! % 3 == 0 }

        func walk(_ filter: String, descending: Bool, all: Bool) async throws -> [RecordID] {
            var found: [RecordID] = []
            var last = descending ? "zzzzzzzzzzzzzzz" : "000000000000000"
            while true {
                let page = try await test.ids(
                    "SELECT Id FROM Zone__c WHERE \(filter)Id \(descending ? "<" : ">") '\(last)' "
                        + "ORDER BY Id \(descending ? "DESC" : "ASC") LIMIT 7",
                    all: all
                )
                guard let end = page.last else { return found }
                found += page
                last = found.count % 2 == 0 ? end.shortDescription : end.description
            }
        }

        #expect(try await walk("", descending: false, all: false) == living)
        #expect(try await walk("", descending: true, all: false) == living.reversed())
        #expect(try await walk("", descending: false, all: true) == ids)
        #expect(try await walk("", descending: true, all: true) == ids.reversed())
        let filter = "Kind__c = 'third' AND "
        #expect(try await walk(filter, descending: false, all: false) == third)
        #expect(try await walk(filter, descending: true, all: false) == third.reversed())
    }

    @Test func `between two others are read from one to the other, and no further`() async throws {
        let (test, ids, deleted) = try await filled()
        let soql = """
            SELECT Id FROM Zone__c WHERE Id >= '\(ids[100])' AND Id < '\(ids[120])'
            """

        #expect(try await test.ids(soql) == ids[100..<120].filter { !deleted.contains($0) })
        let plan = try await test.session.explain(text: soql)[0]
        #expect(plan.leadingOperationType == "Other")
        #expect(plan.fields == ["Id"])
        #expect(plan.cardinality == 20)
        let page = try await test.session.explain(
            text: "SELECT Id FROM Zone__c WHERE Kind__c = 'third' AND Id > '\(ids[300])'"
        )[0]
        #expect(page.leadingOperationType == "Index")
        #expect(page.cardinality < 10)
        let none = "SELECT Id FROM Zone__c WHERE Id > '\(ids[120])' AND Id < '\(ids[100])'"
        #expect(try await test.ids(none) == [])
    }

    @Test func `of other objects stand before or behind all`() async throws {
        let (test, ids, deleted) = try await filled()
        let count = ids.count - deleted.count
        // Digits, capitals, lowercase letters.
        let bounds = [("001000000000001", count, 0), ("a00000000000001", 0, count)]

        for (bound, above, below) in bounds {
            let zones = "SELECT Id FROM Zone__c WHERE Id"
            #expect(try await test.ids("\(zones) > '\(bound)'").count == above)
            #expect(try await test.ids("\(zones) <= '\(bound)'").count == below)
        }
    }

    @Test func `that references hold are in one order, whatever they name`() async throws {
        let test = try SmallStore(Self.schema)
        let accounts = try await test.create([
            SObject("Account", ["Name": "1"]), SObject("Account", ["Name": "2"]),
        ])
        let contacts = try await test.create([SObject("Contact", ["LastName": "1"])])
        let zones = try await test.create([SObject("Zone__c")])
        let targets = zones + contacts + accounts
        _ = try await test.create(targets.map { SObject("Zone__c", ["Any__c": .id($0)]) })
        func found(_ filter: String) async throws -> [Value] {
            try await test.column(
                "SELECT Any__c FROM Zone__c WHERE \(filter) ORDER BY Any__c",
                "Any__c"
            )
        }
        let all = (accounts + contacts + zones).map(Value.id)

        #expect(try await found("Any__c != null") == all)
        #expect(try await found("Any__c > '\(accounts[1])'") == Array(all[2...]))
        #expect(try await found("Any__c <= '\(contacts[0])'") == Array(all[...2]))
        #expect(try await found("Any__c >= '002000000000000'") == Array(all[2...]))
        #expect(try await found("NOT (Any__c > '000000000000000')") == [.null])
    }

    @Test func `that are none are refused, and so is what orders no ids`() async throws {
        let test = try SmallStore(Self.schema)

        let malformed = try await test.fault("SELECT Id FROM Zone__c WHERE Id > 'a'")
        #expect(malformed?.exceptionCode.rawValue == "INVALID_QUERY_FILTER_OPERATOR")
        #expect(malformed?.message.hasSuffix("invalid ID field: a") == true)
        let like = try await test.fault("SELECT Id FROM Zone__c WHERE Id LIKE 'a%'")
        #expect(like?.message.hasSuffix("invalid operator on id field") == true)
        #expect(try await test.ids("SELECT Id FROM Zone__c WHERE Id > null") == [])
    }
}
