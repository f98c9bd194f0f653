import Annals
import Testing

struct `A query whose values do not fit it` {
    private func fault(
        _ soql: SOQL,
        _ values: [String: BoundValue] = [:]
    ) async throws -> (code: String, column: Int?, message: String)? {
        let test = try SmallStore(thingSchema)
        do throws(StoreError) {
            _ = try await test.session.query(soql, values)
            return nil
        } catch {
            guard case .fault(let fault) = error else { throw error }
            let message = String(fault.message.split(separator: "\n").last ?? "")
            return (fault.exceptionCode.rawValue, fault.column, message)
        }
    }

    @Test func `is refused with a code and the place`() async throws {
        let things = "SELECT Id FROM Thing__c WHERE"
        let cases: [(SOQL, [String: BoundValue], String, Int)] = [
            // The variable is not bound.
            (SOQL(text: "\(things) Name = :name"), [:], "UNKNOWN_BINDING", 38),
            (SOQL(text: "\(things) Name = :nmae"), ["name": "x"], "UNKNOWN_BINDING", 38),
            (SOQL(text: "\(things) Name = : 2"), ["1": "x"], "UNKNOWN_BINDING", 38),
            // The query does not use the variable.
            (SOQL(text: "\(things) Name = :a"), ["a": "x", "b": "y"], "UNUSED_BINDING", 1),
            ("SELECT Id FROM Thing__c WHERE Name = '\("x")'", [:], "UNUSED_BINDING", 1),
            ("SELECT Id FROM Thing__c", ["a": 1], "UNUSED_BINDING", 1),
            // Two values for one position.
            ("SELECT Id FROM Thing__c WHERE Name = \("x")", ["1": "y"], "INVALID_BINDING", 1),
            // A list where a single value is expected.
            (SOQL(text: "\(things) Name = :a"), ["a": ["x"]], "INVALID_BINDING", 38),
            (SOQL(text: "\(things) Name IN :a"), ["a": "x"], "INVALID_BINDING", 39),
            (SOQL(text: "\(things) Name IN (:a)"), ["a": ["x"]], "INVALID_BINDING", 40),
            (SOQL(text: "\(things) Name LIKE :a"), ["a": 5], "INVALID_BINDING", 41),
            (SOQL(text: "\(things) Name LIKE :a"), ["a": nil], "INVALID_BINDING", 41),
            ("SELECT Id FROM Thing__c LIMIT \("1")", [:], "INVALID_BINDING", 31),
            ("SELECT Id FROM Thing__c LIMIT \(1.5)", [:], "INVALID_BINDING", 31),
            ("SELECT Id FROM Thing__c OFFSET \(nil as Int?)", [:], "INVALID_BINDING", 32),
            (SOQL(text: "\(things) Size__c = :a"), ["a": .double(.nan)], "INVALID_BINDING", 1),
            (SOQL(text: "\(things) Size__c = :a"), ["a": .double(.infinity)], "INVALID_BINDING", 1),
            (SOQL(text: "\(things) Name = :a"), ["a": "x", "A": "y"], "INVALID_BINDING", 1),
            (
                SOQL(text: "\(things) Name = :a"),
                ["a": .value(.lookup(object: "A", field: "b", value: "c"))], "INVALID_BINDING", 1
            ),
            (
                SOQL(text: "\(things) Name = :a"),
                ["a": .text(String(repeating: "x", count: 4_000_001))], "QUERY_TOO_COMPLICATED", 1
            ),
            // Refused like the corresponding literal.
            (SOQL(text: "\(things) Count__c = :a"), ["a": "5"], "INVALID_FIELD", 42),
            (SOQL(text: "\(things) Name = :a"), ["a": 5], "INVALID_FIELD", 38),
            (SOQL(text: "\(things) Day__c = :a"), ["a": "2026-01-31"], "INVALID_FIELD", 40),
            (SOQL(text: "\(things) Flag__c = :a"), ["a": 1], "INVALID_FIELD", 41),
            (SOQL(text: "\(things) Id = :a"), ["a": "x"], "INVALID_QUERY_FILTER_OPERATOR", 36),
            (SOQL(text: "\(things) Name LIKE :a"), ["a": ""], "MALFORMED_QUERY", 41),
            ("SELECT Id FROM Thing__c LIMIT \(-1)", [:], "NUMBER_OUTSIDE_VALID_RANGE", 31),
            ("SELECT Id FROM Thing__c OFFSET \(2001)", [:], "NUMBER_OUTSIDE_VALID_RANGE", 32),
            // Values are not allowed at this position.
            ("SELECT \("Id") FROM Thing__c", [:], "MALFORMED_QUERY", 8),
            ("SELECT Id FROM \("Thing__c")", [:], "MALFORMED_QUERY", 16),
            ("SELECT Id FROM Thing__c ORDER BY \("Id")", [:], "MALFORMED_QUERY", 34),
            ("SELECT Id FROM Thing__c WHERE \("Id") = 'x'", [:], "MALFORMED_QUERY", 31),
            (SOQL(text: "\(things) Name = :a.b"), ["a": "x"], "MALFORMED_QUERY", 39),
            (SOQL(text: "\(things) Day__c = LAST_N_DAYS::n"), ["n": 1], "MALFORMED_QUERY", 52),
        ]
        for (soql, values, code, column) in cases {
            let fault = try await fault(soql, values)
            #expect(fault?.code == code && fault?.column == column, "\(soql.text): \(fault as Any)")
        }
        let unknown = try await fault("SELECT Id FROM Thing__c WHERE Name = :nmae", ["name": "x"])
        #expect(unknown?.message == "no value is bound to :nmae")
        let unused = try await fault("SELECT Id FROM Thing__c WHERE Name = ':name'", ["Name": "x"])
        #expect(
            unused?.message
                == "a value is bound to :Name, which the query does not name outside of quotes"
        )
    }

    @Test func `takes names that are words of the language`() async throws {
        for name in ["limit", "From", "NULL", "e\u{301}" == "é" ? "select" : "and"] {
            let soql = SOQL(text: "SELECT Id FROM Thing__c WHERE Name = :\(name)")
            #expect(try await fault(soql, [name.uppercased(): "x"]) == nil, "\(name)")
        }
    }
}
