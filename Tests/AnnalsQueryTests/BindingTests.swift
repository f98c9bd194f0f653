import Annals
import AnnalsTestSupport
import Foundation
import Testing

/// What users may type, with good intentions or bad ones.
private let hostile: [String] = [
    "O'Hare", "'", "''", "' OR Name != '", "x' OR Id != null OR Name = 'x", "\\", "a\\", "\\'",
    "\\' OR Name != \\'", "\\n", "line\nbreak", "tab\there", "\r", "\"", "`", ") OR (Id != null",
    "null", "NULL", "TRUE", "TODAY", "5", "-1", "2026-01-31", ":1", ":name", "%", "_", "100%",
    "50\\%", "a_c", "abc", "%a%", "a\\_c", "Ä", "ä", "ß", "ss", "İ", "i", "é", "e\u{301}",
    "\u{212A}", "k", "가", "👩‍👩‍👧", "\u{200B}", "\u{202E}gnirts", "--", "/* */", ";", "{}",
    "\u{0}", "", "AND", String(repeating: "x", count: 255), String(repeating: "'", count: 5000),
    String(repeating: "%a", count: 2000), "1e5", "{d'1'}", "LIMIT 1",
]

/// The scalars of a text in lowercase, as SOQL compares texts.
private func folded(_ text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { Array($0.properties.lowercaseMapping.utf8) }
}

/// Whether a text is like a pattern, which is matched position by position.
private func isLike(_ text: String, _ pattern: String) -> Bool {
    enum Part: Equatable {
        case any, one
        case scalar(Unicode.Scalar)
    }
    var parts: [Part] = []
    var rest = Array(pattern.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
        switch scalar {
        case "%": parts.append(.any)
        case "_": parts.append(.one)
        case "\\" where rest.first.map { ["%", "_", "\\"].contains($0) } == true:
            parts.append(.scalar(rest.removeFirst()))
        default: parts.append(.scalar(scalar))
        }
    }
    let lower = { (scalar: Unicode.Scalar) in
        Array(scalar.properties.lowercaseMapping.unicodeScalars)
    }
    let wanted = parts.flatMap { part -> [Part] in
        guard case .scalar(let scalar) = part else { return [part] }
        return lower(scalar).map(Part.scalar)
    }
    // The positions in the text that the pattern so far can have reached.
    let scalars = text.unicodeScalars.flatMap(lower)
    var ends: Set<Int> = [0]
    for part in wanted {
        switch part {
        case .any: ends = ends.min().map { Set($0...scalars.count) } ?? []
        case .one: ends = Set(ends.filter { $0 < scalars.count }.map { $0 + 1 })
        case .scalar(let scalar):
            ends = Set(ends.filter { $0 < scalars.count && scalars[$0] == scalar }.map { $0 + 1 })
        }
    }
    return ends.contains(scalars.count)
}

/// Whether a comparison with texts is true for a record's text; `nil` stands for null.
private func holds(_ text: String?, _ op: String, _ bound: String?, isExact: Bool) -> Bool {
    let bound = bound == "" ? nil : bound
    guard let bound else { return op == "=" ? text == nil : op == "!=" ? text != nil : false }
    guard let text else { return op == "!=" }
    let left = isExact ? Array(text.utf8) : folded(text)
    let right = isExact ? Array(bound.utf8) : folded(bound)
    switch op {
    case "=": return left == right
    case "!=": return left != right
    case "<": return left.lexicographicallyPrecedes(right)
    case "<=": return !right.lexicographicallyPrecedes(left)
    case ">": return right.lexicographicallyPrecedes(left)
    default: return !left.lexicographicallyPrecedes(right)
    }
}

struct `A value that is bound in a query` {
    let test: SmallStore
    /// The texts of the records, one of them `nil`.
    private let stored: [String?]

    init() async throws {
        test = try SmallStore(thingSchema)
        var texts: [String?] = [nil]
        for text in hostile where text.utf16.count <= 255 && !text.unicodeScalars.contains("\u{0}")
        {
            // White space at both ends is removed, and an empty text is null.
            let kept = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if kept == text, !kept.isEmpty { texts.append(text) }
        }
        stored = texts
        let records = texts.enumerated().map { index, text in
            let value = text.map(Value.text) ?? .null
            return SObject(
                "Thing__c",
                [
                    "Name": .text("\(index)"), "Text__c": value, "Index__c": value,
                    "Code__c": value,
                ]
            )
        }
        try await test.create(records)
    }

    /// The numbers of the records that a query finds.
    private func found(
        _ soql: SOQL,
        _ values: [String: BoundValue] = [:]
    ) async throws -> Set<Int> {
        var options = QueryOptions()
        options.batchSize = 2000
        return Set(
            try await test.session.query(soql, values, options: options).records.map {
                try #require(Int(try $0["Name", as: String.self]))
            }
        )
    }

    private func expected(_ holds: (String?) -> Bool) -> Set<Int> {
        Set(stored.indices.filter { holds(stored[$0]) })
    }

    @Test(arguments: ["=", "!=", "<", "<=", ">", ">="])
    func `is compared as it is, whatever is in it`(op: String) async throws {
        for field in ["Text__c", "Index__c", "Code__c"] {
            for text in hostile.map(Optional.some) + [nil] {
                let naive = expected { holds($0, op, text, isExact: field == "Code__c") }
                let value = text.map(BoundValue.text) ?? .null
                let query: SOQL =
                    "SELECT Name FROM Thing__c WHERE \(text: field) \(text: op) \(text)"
                #expect(try await found(query) == naive, "\(field) \(op) \(text ?? "null")")
                let named = SOQL(text: "SELECT Name FROM Thing__c WHERE \(field) \(op) :Value")
                #expect(try await found(named, ["value": value]) == naive)
            }
        }
    }

    @Test func `is a pattern behind LIKE, and nothing more`() async throws {
        for field in ["Text__c", "Index__c"] {
            for pattern in hostile where !pattern.isEmpty {
                let naive = expected { $0.map { isLike($0, pattern) } ?? false }
                let query: SOQL = "SELECT Name FROM Thing__c WHERE \(text: field) LIKE \(pattern)"
                #expect(try await found(query) == naive, "\(field) LIKE \(pattern)")
                let literally = SOQL.escapedForLike(pattern)
                let same = expected { $0.map { folded($0) == folded(pattern) } ?? false }
                #expect(
                    try await found(
                        "SELECT Name FROM Thing__c WHERE \(text: field) LIKE \(literally)"
                    ) == same,
                    "\(field) LIKE \(literally)"
                )
            }
        }
    }

    @Test func `is one of a list behind IN`() async throws {
        var random = SeededRandom(seed: 5)
        let choices = hostile.map(Optional.some) + [nil]
        for field in ["Text__c", "Index__c", "Code__c"] {
            for size in [0, 1, 1, 2, 5, 20, choices.count] {
                let list =
                    size == choices.count
                    ? choices : (0..<size).map { _ in choices[random.below(choices.count)] }
                let isIn = { (text: String?) in
                    list.contains { holds(text, "=", $0, isExact: field == "Code__c") }
                }
                let hasNull = list.contains { $0 == nil || $0 == "" }
                #expect(
                    try await found("SELECT Name FROM Thing__c WHERE \(text: field) IN \(list)")
                        == expected(isIn)
                )
                let named = SOQL(text: "SELECT Name FROM Thing__c WHERE \(field) NOT IN :list")
                let values = list.map { $0.map(Value.text) ?? .null }
                #expect(
                    try await found(named, ["LIST": .list(values)])
                        == expected { $0 == nil ? !hasNull : !isIn($0) }
                )
                let single: SOQL =
                    "SELECT Name FROM Thing__c WHERE \(text: field) IN (\(list.first ?? nil), 'abc')"
                #expect(
                    try await found(single)
                        == expected {
                            holds($0, "=", list.first ?? nil, isExact: field == "Code__c")
                                || holds($0, "=", "abc", isExact: field == "Code__c")
                        }
                )
            }
        }
    }

    @Test func `answers what the literal of it answers, of every type`() async throws {
        let parent = try await test.create([SObject("Thing__c", ["Name": "0"])])[0]
        let numbers: [Value] = [.integer(-7), .double(7), .double(0.1), .double(1e300)]
        try await test.create(
            numbers.enumerated().map { index, number in
                SObject(
                    "Thing__c",
                    [
                        "Name": .text("\(index)"), "Count__c": .integer(index - 1),
                        "Size__c": number, "Flag__c": .boolean(index == 1),
                        "Day__c": .date(CalendarDate(days: Int32(index))),
                        "Moment__c": .dateTime(Timestamp(milliseconds: Int64(index) * 86_400_000)),
                        "Parent__c": .id(parent),
                    ]
                )
            }
        )
        let large = DecimalText("1" + String(repeating: "0", count: 300))!
        let cases: [(field: String, value: BoundValue, literal: String)] = [
            ("Count__c", 1, "1"), ("Count__c", -1, "-1"), ("Count__c", 0.5, "0.5"),
            ("Count__c", .integer(.max), "9223372036854775807"),
            ("Count__c", .decimal(DecimalText("1.00")!), "1.00"),
            ("Size__c", 0.1, "0.1"), ("Size__c", 7, "7"), ("Size__c", 1e300, large.text),
            ("Size__c", .decimal(DecimalText("1e300")!), large.text),
            (
                "Size__c", .decimal(DecimalText("1e-9999999")!),
                "0." + String(repeating: "0", count: 400) + "1"
            ),
            ("Size__c", .double(1e-300), "0.\(String(repeating: "0", count: 299))1"),
            ("Flag__c", true, "TRUE"), ("Flag__c", false, "FALSE"), ("Flag__c", nil, "NULL"),
            ("Day__c", .date(CalendarDate(days: 1)), "1970-01-02"),
            (
                "Moment__c", .dateTime(Timestamp(milliseconds: 86_400_500)),
                "1970-01-02T00:00:00.500Z"
            ),
            ("Parent__c", .id(parent), "'\(parent)'"), ("Parent__c", .null, "NULL"),
            ("Id", .id(parent), "'\(parent.shortDescription)'"),
            ("Parent__r.Id", .text(parent.description), "'\(parent)'"),
        ]
        for (field, value, literal) in cases {
            let isOrdered = !["Flag__c", "Parent__r.Id"].contains(field) && value != .null
            for op in ["=", "!="] + (isOrdered ? ["<", ">="] : []) {
                let text = "SELECT Name FROM Thing__c WHERE \(field) \(op)"
                #expect(
                    try await found(SOQL(text: "\(text) :v"), ["v": value])
                        == found(SOQL(text: "\(text) \(literal)")),
                    "\(field) \(op) \(literal)"
                )
            }
        }
    }

    @Test func `counts in LIMIT and OFFSET, in HAVING and in queries within a query`() async throws
    {
        let count = 3
        let rows = try await test.session.query(
            "SELECT Name FROM Thing__c ORDER BY Id LIMIT \(count) OFFSET \(2)"
        ).records
        #expect(try rows.map { try $0["Name", as: String.self] } == ["2", "3", "4"])
        let groups = try await test.session.query(
            "SELECT Text__c FROM Thing__c GROUP BY Text__c HAVING COUNT(Id) >= :n AND Text__c = :t",
            ["n": 1, "t": "abc"]
        )
        #expect(groups.totalSize == 1)
        let parent = try await test.create([SObject("Thing__c", ["Name": "900"])])[0]
        try await test.create([
            SObject("Thing__c", ["Name": "901", "Text__c": "' x", "Parent__c": .id(parent)])
        ])
        let children = try await test.session.query(
            "SELECT Name, (SELECT Name FROM ChildThings__r WHERE Text__c = \("' x") LIMIT \(1)) "
                + "FROM Thing__c WHERE Id = \(parent)"
        )
        guard case .rows(let found)? = children.records[0]["ChildThings__r"] else {
            Issue.record("\(children.records)")
            return
        }
        #expect(found.totalSize == 1)
        let plan = try await test.session.explain(
            "SELECT Id FROM Thing__c WHERE Index__c = \("abc")"
        )
        #expect(plan.first?.fields == ["Index__c"])
        #expect(plan.first?.cardinality == 1)
        let before = await QueryOptions.Moment.position(try test.store.lastPosition())
        try await test.session.delete(parent)
        let soql: SOQL = "SELECT Id FROM Thing__c WHERE Id = \(parent)"
        #expect(try await test.session.query(soql).totalSize == 0)
        #expect(try await test.session.queryAll(soql).totalSize == 1)
        #expect(try await test.session.query(soql, asOf: before).totalSize == 1)
        #expect(try await test.session.query(soql, as: RecordID.self, asOf: before) == [parent])
    }

    @Test func `belongs to parts of queries that are put together`() async throws {
        let quoted: SOQL = "Text__c = \("O'Hare")"
        let whole: SOQL =
            "SELECT Name FROM Thing__c WHERE (\(quoted) OR Text__c = :other) "
            + "AND Name != \("nobody")"
        #expect(whole.text.hasSuffix("(Text__c = :1 OR Text__c = :other) AND Name != :2"))
        #expect(whole.values == ["1": "O'Hare", "2": "nobody"])
        #expect(
            try await found(whole, ["Other": "abc"])
                == expected { $0 == "O'Hare" || $0 == "abc" }
        )
    }
}

struct `A cursor of a query with bound values` {
    @Test func `goes on with them after a restart, and the file does not tell them`() async throws {
        let test = try SmallStore(thingSchema)
        for start in [0, 200, 400] {
            try await test.create(
                (start..<start + 200).map {
                    SObject("Thing__c", ["Count__c": .integer($0), "Text__c": "other"])
                }
            )
        }
        let marker = "Jane Q. Secretive"
        let values: [String: BoundValue] = [
            "text": .text(marker), "texts": [.text(marker), nil, .text("O'Hare")],
            "low": .integer(-1), "half": 0.5, "exact": .decimal(DecimalText("0.50")!),
            "day": .date(CalendarDate(days: 1)), "flag": false,
            "time": .dateTime(Timestamp(milliseconds: 5)),
            "id": .id(try #require(RecordID("001000000000001AAA"))), "nobody": nil,
        ]
        var options = QueryOptions()
        options.batchSize = 200
        let soql: SOQL = """
            SELECT Count__c FROM Thing__c WHERE Text__c != :text AND Text__c NOT IN :texts
            AND Count__c > :low AND (Size__c = null OR Size__c > :half OR Size__c < :exact)
            AND Day__c != :day AND Flag__c = :flag AND Moment__c != :time AND Parent__c != :id
            AND Parent__c = :nobody AND Name != \(marker) ORDER BY Count__c
            """
        let first = try await test.session.query(soql, values, options: options)
        #expect(first.totalSize == 600)
        let locator = try #require(first.locator)
        let path = test.store.path
        test.store.close()
        let file = try Data(contentsOf: URL(filePath: path + "/data.mdb"))
        #expect(file.range(of: Data("Secretive".utf8)) == nil)

        var configuration = RecordStore.Configuration()
        configuration.clock = test.clock.now
        let store = try RecordStore(at: path, configuration: configuration)
        let second = try await store.session().queryMore(locator)
        let third = try await store.session().queryMore(try #require(second.locator))
        let counts = try (second.records + third.records).map { try $0["Count__c", as: Int.self] }
        #expect(counts == Array(200..<600))
        #expect(third.isDone)
    }
}
