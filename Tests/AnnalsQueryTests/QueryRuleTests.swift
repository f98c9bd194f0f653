import Annals
import AnnalsTestSupport
import Testing

struct `A query, by its rules,` {
    @Test func `that joins what can never be the same is refused`() async throws {
        let test = try SmallStore()
        let refused = [
            ("WhoId", "Id", "Account"), ("WhoId", "AccountId", "Contact"),
            ("Id", "AccountId", "Contact"), ("WhatId", "OwnerId", "Account"),
            ("CreatedById", "WhatId", "ContactRequest"),
        ]
        let taken = [
            ("WhoId", "Id", "Contact"), ("WhatId", "AccountId", "Contact"),
            ("WhoId", "OwnerId", "Account"), ("OwnerId", "Id", "User"), ("OwnerId", "Id", "Group"),
        ]

        for (left, column, object) in refused {
            let root = object == "ContactRequest" ? "Account" : "ContactRequest"
            for op in ["IN", "NOT IN"] {
                let fault = try await test.fault(
                    "SELECT Id FROM \(root) WHERE \(left) \(op) (SELECT \(column) FROM \(object))"
                )
                #expect(fault?.exceptionCode.rawValue == "MALFORMED_QUERY")
                #expect(
                    fault?.message.hasSuffix(
                        "The selected field '\(column)' in the subquery and the left operand field "
                            + "in the where expression in the outer query '\(left)' should point to "
                            + "the same object type"
                    ) == true
                )
            }
        }
        for (left, column, object) in taken {
            #expect(
                try await test.fault(
                    "SELECT Id FROM ContactRequest WHERE \(left) IN (SELECT \(column) FROM \(object))"
                ) == nil
            )
        }
    }

    /// Of doubles that are numbers themselves.
    @Test func `that adds up to no number is refused, and one that does on the way is not`()
        async throws
    {
        let test = try SmallStore(
            """
            {"objects": [{"name": "Thing__c", "label": "Thing", "pluralLabel": "Things",
              "fields": [{"name": "Size__c", "type": "double"}, {"name": "Kind__c", "type": "string"}]}]}
            """
        )
        func things(_ kind: String, _ sizes: [Double]) -> [SObject] {
            sizes.map { SObject("Thing__c", ["Size__c": .double($0), "Kind__c": .text(kind)]) }
        }
        try await test.create(things("large", [1.7e308, 1.7e308]))
        try await test.create(things("gone", [1.7e308, 1.7e308, -1.7e308, -1.7e308]))
        let from = "FROM Thing__c WHERE Kind__c"
        let averages = try await test.session.query(text: "SELECT AVG(Size__c) a \(from) = 'large'")
        #expect(averages.records[0]["a"] == .value(.double(1.7e308)))
        let sums = try await test.session.query(text: "SELECT SUM(Size__c) s \(from) = 'gone'")
        #expect(sums.records[0]["s"] == .value(.double(0)))
        for soql in [
            "SELECT SUM(Size__c) FROM Thing__c WHERE Kind__c = 'large'",
            "SELECT Kind__c FROM Thing__c GROUP BY Kind__c HAVING SUM(Size__c) > 1",
        ] {
            let fault = try await test.fault(soql)
            #expect(fault?.exceptionCode.rawValue == "NUMBER_OUTSIDE_VALID_RANGE")
        }
    }

    @Test func `keeps the nulls of references on top, whatever it says`() async throws {
        let test = try SmallStore()
        let account = try await test.create([SObject("Account", ["Name": "A"])])[0]
        let with = SObject("ContactRequest", ["WhatId": .id(account), "RequestReason": "Billing"])
        let ids = try await test.create([with, SObject("ContactRequest")])
        let requests = "SELECT Id FROM ContactRequest ORDER BY"

        for key in ["WhatId", "What.Name", "What.Type", "DAY_ONLY(What.LastViewedDate), WhatId"] {
            for placement in ["", "NULLS FIRST", "NULLS LAST", "DESC NULLS LAST"] {
                let found = try await test.ids("\(requests) \(key) \(placement)")
                #expect(found == ids.reversed(), "\(key) \(placement)")
            }
        }
        #expect(try await test.ids("\(requests) RequestReason NULLS LAST") == ids)
        let groups = try await test.column(
            "SELECT WhatId, COUNT(Id) n FROM ContactRequest GROUP BY WhatId ORDER BY WhatId NULLS LAST",
            "WhatId"
        )
        #expect(groups == [.null, .id(account)])
    }

    @Test func `with children of children is refused before version 58`() async throws {
        let test = try SmallStore()
        let two = "SELECT Id, (SELECT Id FROM Contacts) FROM Account"
        let three = "SELECT Id, (SELECT Id, (SELECT Id FROM Cases) FROM Contacts) FROM Account"

        for (version, isTaken) in [(57, false), (58, true), (31, false), (67, true)] {
            let session = try test.store.session(apiVersion: version)
            #expect(try await test.fault(two, session) == nil)
            let fault = try await test.fault(three, session)
            #expect((fault == nil) == isTaken, "\(version)")
            if let fault { #expect(fault.exceptionCode.rawValue == "MALFORMED_QUERY") }
        }
    }

    @Test func `has no currencies, which are no values then`() async throws {
        let test = try SmallStore()

        for filter in ["Name = USD5", "Name IN ('a', eur10.50)", "NumberOfTimes__c = USD5"] {
            let fault = try await test.fault("SELECT Id FROM Account WHERE \(filter)")
            if filter.hasPrefix("Number") {
                #expect(fault?.exceptionCode == .invalidField)
                continue
            }
            #expect(fault?.exceptionCode.rawValue == "MALFORMED_QUERY")
            let token = filter.contains("USD5") ? "USD5" : "eur10.50"
            #expect(fault?.message.hasSuffix("unexpected token: '\(token)'") == true)
        }
    }

    @Test func `that is refused tells row and column`() async throws {
        let test = try SmallStore()
        let cases = [
            ("SELECT Nope FROM Account", 1, 8), ("\n\nSELECT Id\nFROM Nope", 2, 6),
            ("SELECT Id FROM Account WHERE", 1, 29),
            ("SELECT Id FROM Account WHERE Id > 'x'", 1, 35),
        ]

        for (soql, row, column) in cases {
            let fault = try #require(try await test.fault(soql))
            #expect(fault.row == row && fault.column == column, "\(soql): \(fault)")
            #expect(fault.message.contains("ERROR at Row:\(row):Column:\(column)\n"))
        }
        let unknown = await #expect(throws: StoreError.self) {
            try await test.session.queryMore("0r8")
        }
        guard case .fault(let fault)? = unknown else { return }
        #expect(fault.row == nil && fault.column == nil)
    }

    @Test func `reads a batch of the size that its options tell`() async throws {
        let test = try SmallStore()
        for start in stride(from: 0, to: 400, by: 200) {
            try await test.create(
                (0..<200).map { SObject("Account", ["Name": .text("\(start + $0)")]) }
            )
        }
        var options = QueryOptions()
        for (wished, used) in [(20, 200), (-1, 200), (.min, 200), (300, 300), (.max, 2000)] {
            options.batchSize = wished
            #expect(options.usedBatchSize == used)
            let batch = try await test.session.query("SELECT Id FROM Account", options: options)
            #expect(batch.records.count == min(used, 400))
        }
    }

    @Test func `as of a moment before the store, or behind its end, says so`() async throws {
        let test = try SmallStore()
        try await test.create([SObject("Account", ["Name": "A"])])
        let last = try await test.store.lastPosition()
        let soql = "SELECT Id FROM Account"
        func failure(_ moment: QueryOptions.Moment) async -> StoreError? {
            var options = QueryOptions()
            options.asOf = moment
            do throws(StoreError) {
                _ = try await test.session.query(text: soql, options: options)
                return nil
            } catch {
                return error
            }
        }
        let now = test.clock.time

        let before = test.store.created.advanced(byMilliseconds: -1)
        for moment in [
            .time(before), .time(Timestamp("1999-01-01T00:00:00Z")!), .position(.beforeFirst),
        ]
            as [QueryOptions.Moment]
        {
            #expect(await failure(moment) == .noTransactionYet)
        }
        let id = try #require(try await test.ids(soql).first)
        let reference = RecordReference(id)
        await #expect(throws: StoreError.noTransactionYet) {
            try await test.session.retrieve(
                [],
                from: "Account",
                ids: [reference],
                asOf: .time(before)
            )
        }
        let beyond = [
            QueryOptions.Moment.position(last.advanced(by: 1)),
            .time(now.advanced(byMilliseconds: 5 * 60_000 + 1000)),
        ]
        for moment in beyond {
            guard case .momentAhead(_, last, now)? = await failure(moment) else {
                Issue.record("\(moment)")
                continue
            }
            await #expect(throws: StoreError.self) {
                try await test.session.retrieve([], from: "Account", ids: [reference], asOf: moment)
            }
        }
        for moment in [.position(last), .time(now), .time(now.advanced(byMilliseconds: 60_000))]
            as [QueryOptions.Moment]
        {
            #expect(await failure(moment) == nil)
        }
    }

    @Test func `has rows that tell a name with a misprint from a null`() async throws {
        let test = try SmallStore()
        let id = try await test.create([SObject("ContactRequest")])[0]
        let row = try await test.session.query("SELECT Id, WhoId FROM ContactRequest").records[0]
        let record = try #require(
            try await test.session.retrieve(
                ["WhoId"],
                from: "ContactRequest",
                ids: [RecordReference(id)]
            )[0]
        )

        #expect(row["WhoIs"] == nil)
        #expect(try row.value("whoid") == .null)
        #expect(throws: FieldNotSelected.self) { try row.value("WhoIs") }
        #expect(throws: FieldNotSelected.self) { try row.content("Name") }
        #expect(try record.value("WhoId") == .null)
        let error = #expect(throws: FieldNotSelected.self) { try record.value("WhoIs") }
        #expect(error?.description == "WhoIs was not selected; what was: WhoId, Id")
    }
}
