import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A trimmed store` {
    @Test func `keeps the newest transactions, and gets smaller when it is compacted`()
        async throws
    {
        let trimmed = try await SmallTrimmed()
        // 602 transactions: two full tiles of 256.
        #expect(trimmed.report.archived == 512)
        let report = try await RecordStore.compact(at: trimmed.path)
        #expect(report.bytesAfter < report.bytesBefore)
        let again = try await RecordStore.trim(
            at: trimmed.path,
            through: .time(SystemClock.now()),
            archive: trimmed.archive
        )
        #expect(again.transactions == 0)
        #expect(again.archived == 512)
        #expect(again.horizon == trimmed.report.horizon)
    }

    @Test func `is written to, followed, archived and trimmed again`() async throws {
        let trimmed = try await SmallTrimmed()
        let count = try await write(to: trimmed)
        try waitUntilClosed(trimmed.path)
        let report = try await RecordStore.trim(
            at: trimmed.path,
            through: .time(SystemClock.now()),
            archive: trimmed.archive
        )
        #expect(report.archived == 768)
        #expect(report.transactions == 256)
        let store = try trimmed.open(archive: trimmed.archive)
        #expect(try await store.session().events(limit: .max).count == count)
        await #expect(try store.verify().findings == [])
        await #expect(try store.check(scratch: trimmed.scratch("check")).findings == [])
    }

    private func write(to trimmed: SmallTrimmed) async throws -> Int {
        let store = try trimmed.open()
        let before = try await store.lastPosition()
        for _ in 0..<200 { try await store.session().create("Contact", ["LastName": "Ng"]) }
        #expect(try await store.session().events(after: before, limit: .max).count == 200)
        await #expect(try store.verify().findings == [])
        let archive = try await store.archive(to: trimmed.archive)
        await #expect(archive.transactions == 1...(try store.info().transactions))
        return await Int(try store.lastPosition().ordinal)
    }

    @Test func `never makes a call twice, though its answer is in the archive`() async throws {
        let trimmed = try await SmallTrimmed()
        let record = SObject("ContactRequest", ["RequestDescription": "secret words"])
        let options = CallOptions(idempotencyKey: "first")
        do {
            let alone = try trimmed.open()
            let last = try await alone.lastPosition()
            await #expect(throws: trimmed.refusal) {
                try await alone.session().create([record, record, record], options: options)
            }
            await #expect(try alone.lastPosition() == last)
            // The writer still works.
            try await alone.session().create("Contact", ["LastName": "Ng"])
        }
        try waitUntilClosed(trimmed.path)
        let store = try trimmed.open(archive: trimmed.archive)
        let results = try await store.session().create([record, record, record], options: options)
        #expect(results.compactMap(\.id) == trimmed.requests)
    }

    @Test func `proves what it has proven before`() async throws {
        let trimmed = try await SmallTrimmed()
        let store = try trimmed.open()
        let newest = try await store.checkpoint(signedWith: trimmed.key)
        let consistency = try await store.proveConsistency(from: trimmed.checkpoint, to: newest)
        try consistency.verify(from: trimmed.checkpoint, by: trimmed.key.verifierKey)
        let last = try await store.lastPosition()
        _ = try await store.proveInclusion(of: last, in: newest).requireInclusion()
        await #expect(throws: trimmed.refusal) {
            try await store.proveInclusion(ofTransaction: 5, in: newest)
        }
    }

    @Test func `proves what has left with the archive`() async throws {
        let trimmed = try await SmallTrimmed()
        let store = try trimmed.open(archive: trimmed.archive)
        for number in [1, 5, 255, 256, 257, 302] as [UInt64] {
            let proof = try await store.proveInclusion(
                ofTransaction: number,
                in: trimmed.checkpoint,
                showing: .all
            )
            _ = try proof.requireInclusion()
        }
    }

    @Test func `tells nothing that it has erased, though the archive has not obeyed yet`()
        async throws
    {
        let trimmed = try await SmallTrimmed()
        let first = trimmed.requests[0]
        let store = try trimmed.open(archive: trimmed.archive)
        // The second one has not been changed since it was trimmed from the log.
        let erased = trimmed.requests.prefix(2)
        let results = try await store.session().erase(
            erased.map { RecordReference($0) },
            reason: "asked for"
        )
        #expect(results.allSatisfy { $0.isSuccess })
        for id in erased {
            let events = try await store.session().history(of: id)
            #expect(events.allSatisfy { $0.changes.isEmpty })
            #expect(events[0].isErased)
            #expect(try await store.session().blame(id).isEmpty)
        }
        func isSecret(_ event: HistoryEvent) -> Bool {
            event.record.map { erased.contains($0) } == true && !event.changes.isEmpty
        }
        #expect(try await !store.session().events(limit: .max).contains(where: isSecret))
        #expect(try await !store.session().history(of: trimmed.requests[2])[0].changes.isEmpty)
        for isBackwards in [false, true] {
            var selection = EventSelection()
            selection.isBackwards = isBackwards
            var walk = try await store.session().walk(selection)
            while let events = try await walk.next() { #expect(!events.contains(where: isSecret)) }
            selection.record = first
            walk = try await store.session().walk(selection)
            while let events = try await walk.next() { #expect(!events.contains(where: isSecret)) }
        }
        let made = try await store.session().history(of: first)[0].position
        let difference = try await store.session().differences(
            from: .position(Position(made.ordinal - 1)),
            to: .position(made.advanced(by: 100))
        )
        #expect(difference.map(\.record) == [trimmed.requests[2]])
        let proof = try await store.proveInclusion(of: made, in: trimmed.checkpoint, showing: .all)
        let shown = try proof.requireInclusion().events().map(\.changes.isEmpty)
        #expect(shown == [true, true, false])

        let replayed = try await store.replay(
            to: trimmed.scratch("replayed"),
            through: .position(made.advanced(by: 100))
        )
        #expect(Set(replayed.withheld) == Set(erased))
        let other = try RecordStore(at: trimmed.scratch("replayed"))
        #expect(try await other.session().history(of: first).allSatisfy { $0.changes.isEmpty })
        await #expect(try other.verify().findings == [])
    }

    @Test func `gives no answer about what it has erased, though the archive has not obeyed yet`()
        async throws
    {
        let trimmed = try await SmallTrimmed()
        let store = try trimmed.open(archive: trimmed.archive)
        let record = SObject("ContactRequest", ["RequestDescription": "secret words"])
        let guess = SObject("ContactRequest", ["RequestDescription": "guessed words"])
        let options = CallOptions(idempotencyKey: "first")
        func repeated(_ record: SObject) -> BatchCall {
            let records = [record, record, record]
            return BatchCall(session: store.session(), .create(records), options: options)
        }
        // The second one has not been changed since it was trimmed from the log. When the later
        // calls run, the erasure is not in the tables yet.
        let answers = try await store.perform([
            BatchCall(
                session: store.session(),
                .erase([RecordReference(trimmed.requests[1])], reason: "asked for")
            ), repeated(record), repeated(guess),
        ])
        #expect(try answers[0].get().map(\.isSuccess) == [true])
        let later = try await store.perform([repeated(record), repeated(guess)])
        for answer in answers.dropFirst() + later {
            guard case .failure(.fault(let fault)) = answer else {
                Issue.record("no error: \(answer)")
                continue
            }
            #expect(fault.exceptionCode == .idempotentAnswerErased)
        }
    }

    @Test func `is verified, checked and rebuilt with an archive that never obeys`() async throws {
        let trimmed = try await SmallTrimmed()
        let older = trimmed.scratch("older")
        try FileManager.default.copyItem(atPath: trimmed.archive, toPath: older)
        do {
            let store = try trimmed.open(archive: older)
            let erased = trimmed.requests.prefix(2).map { RecordReference($0) }
            _ = try await store.session().erase(erased, reason: "asked for")
        }
        try waitUntilClosed(trimmed.path)
        let before = try storeContents(at: trimmed.path)
        var configuration = RecordStore.Configuration()
        configuration.archive = older
        let verified = try await RecordStore.verify(at: trimmed.path, configuration: configuration)
        #expect(verified.findings == [])
        #expect(verified.unreadTransactions == 0)
        let remark = try #require(verified.remarks.first)
        #expect(remark.contains(older) && remark.contains("of 2 records that were erased"))
        let checked = try await RecordStore.check(
            at: trimmed.path,
            configuration: configuration,
            scratch: trimmed.scratch("check")
        )
        #expect(checked.findings == [])
        _ = try await RecordStore.rebuild(at: trimmed.path, configuration: configuration)
        #expect(try storeContents(at: trimmed.path) == before)
        // An archive that has applied the erasures is nothing to remark on.
        try await trimmed.open(archive: older).archive(to: trimmed.archive)
        try waitUntilClosed(trimmed.path)
        configuration.archive = trimmed.archive
        let obeyed = try await RecordStore.verify(at: trimmed.path, configuration: configuration)
        #expect(obeyed.findings == [])
        #expect(obeyed.remarks == [])
    }

    @Test func `erases what it holds, and its archive what that holds`() async throws {
        let trimmed = try await SmallTrimmed()
        do {
            let store = try trimmed.open()
            let references = trimmed.requests.prefix(2).map { RecordReference($0) }
            let results = try await store.session().erase(references, reason: "asked for")
            #expect(results.allSatisfy { $0.isSuccess })
            await #expect(try store.verify().findings == [])
            try await store.archive(to: trimmed.archive)
        }
        try waitUntilClosed(trimmed.path)
        let store = try trimmed.open(archive: trimmed.archive)
        await #expect(try store.verify().findings == [])
        for id in trimmed.requests.prefix(2) {
            let events = try await store.session().history(of: id)
            #expect(events.allSatisfy { $0.changes.isEmpty })
            #expect(events.last?.kind == .erased)
        }
        #expect(try await !store.session().history(of: trimmed.requests[2])[0].changes.isEmpty)
        let restored = try await RecordStore.restore(
            to: trimmed.scratch("restored"),
            archive: trimmed.archive
        )
        await #expect(restored.transactions == (try store.info().transactions))
        await #expect(try RecordStore.verify(at: trimmed.scratch("restored")).findings == [])
    }

    @Test func `is copied by snapshots and restored from them, alone and with the archive`()
        async throws
    {
        let trimmed = try await SmallTrimmed()
        let snapshots = trimmed.scratch("snapshots")
        let (snapshot, digest) = try await copy(trimmed, to: snapshots)
        await #expect(try snapshot.verify(scratch: trimmed.scratch("a")).findings == [])
        let whole = try await snapshot.verify(
            scratch: trimmed.scratch("b"),
            archive: trimmed.archive
        )
        #expect(whole.findings == [])

        let alone = try await RecordStore.restore(
            to: trimmed.scratch("alone"),
            snapshots: snapshots
        )
        let both = try await RecordStore.restore(
            to: trimmed.scratch("both"),
            snapshots: snapshots,
            archive: trimmed.archive
        )
        #expect(both.digest == digest)
        #expect(alone.digest == snapshot.manifest.head.digest.description)
        for path in [alone.path, both.path] {
            let verified = try await RecordStore.verify(at: path)
            #expect(verified.findings == [])
            #expect(verified.unreadTransactions == 512)
        }
        let early = RestorePoint.position(Position(150))
        await #expect(throws: StoreError.self) {
            try await RecordStore.restore(
                to: trimmed.scratch("early"),
                snapshots: snapshots,
                point: early
            )
        }
        let restored = try await RecordStore.restore(
            to: trimmed.scratch("early"),
            snapshots: snapshots,
            archive: trimmed.archive,
            point: early
        )
        #expect(restored.lastPosition <= Position(150))
    }

    @Test func `keeps what no restore can do without when snapshots are pruned`() async throws {
        let trimmed = try await SmallTrimmed()
        let (snapshots, clock) = (trimmed.scratch("snapshots"), TestClock())
        _ = try await RecordStore.restore(to: trimmed.scratch("full"), archive: trimmed.archive)
        try await snapshot(trimmed.scratch("full"), snapshots, at: clock)
        clock.advance(days: 40)
        _ = try await copy(trimmed, to: trimmed.scratch("others"))
        try waitUntilClosed(trimmed.path)
        try await snapshot(trimmed.path, snapshots, at: clock)
        let retention = Retention(count: 1, days: 1)
        func prune(_ archive: String?) throws -> RetentionReport {
            try StoreSnapshot.prune(
                in: snapshots,
                archive: archive,
                retention: retention,
                now: clock.time
            )
        }

        // Only the older snapshot has the log from its beginning.
        #expect(try StoreSnapshot.list(in: snapshots).snapshots.count == 2)
        #expect(try prune(nil).removed.count == 0)
        // A restored store continues in a history of its own, and this is its only snapshot.
        let report = try prune(trimmed.archive)
        #expect(report.removed.count == 0)
        #expect(report.removedSegments == 0)
    }

    /// The snapshot has the whole log, and the store cannot be given a snapshot.
    @Test func `keeps the segments that it reads when snapshots are pruned`() async throws {
        let scratch = Scratch()
        let (path, snapshots, archive) = (
            scratch("store"), scratch("snapshots"), scratch("archive")
        )
        try RecordStore.create(at: path)
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        var id: RecordID?
        try await {
            let store = try RecordStore(at: path, configuration: configuration)
            id = try await store.session().create("Contact", ["LastName": "Ng"])
            for number in 0..<4 {
                for step in 0..<150 {
                    try await store.session().create(
                        "Contact",
                        ["LastName": .text("\(number) \(step)")]
                    )
                }
                try await store.archive(to: archive)
            }
            try await store.takeSnapshot(in: snapshots)
        }()
        try waitUntilClosed(path)
        try await RecordStore.trim(at: path, through: .time(SystemClock.now()), archive: archive)
        let retention = Retention(count: 1, days: 0)
        let report = try StoreSnapshot.prune(
            in: snapshots,
            archive: archive,
            retention: retention,
            now: SystemClock.now().advanced(byMilliseconds: 86_400_000)
        )
        #expect(report.removedSegments == 0)
        configuration.isReadOnly = true
        configuration.archive = archive
        let store = try RecordStore(at: path, configuration: configuration)
        #expect(try await store.session().history(of: try #require(id)).count == 1)
    }

    private func snapshot(
        _ path: String,
        _ snapshots: String,
        at clock: TestClock
    ) async throws {
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        configuration.clock = clock.now
        try await RecordStore(at: path, configuration: configuration).takeSnapshot(in: snapshots)
    }

    private func copy(
        _ trimmed: SmallTrimmed,
        to snapshots: String
    ) async throws -> (StoreSnapshot, String) {
        let store = try trimmed.open()
        let snapshot = try await store.takeSnapshot(in: snapshots)
        try await store.session().create("Contact", ["LastName": "Ng"])
        try await store.archive(to: trimmed.archive)
        return await (snapshot, try store.info().digest)
    }

    @Test func `begins a new archive where its log begins`() async throws {
        let trimmed = try await SmallTrimmed()
        let store = try trimmed.open()
        let archive = try await store.archive(to: trimmed.scratch("second"))
        await #expect(archive.transactions == 513...(try store.info().transactions))
        try await store.session().create("Contact", ["LastName": "Ng"])
        try await store.archive(to: trimmed.scratch("second"))
    }
}
