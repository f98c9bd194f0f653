import Annals
import AnnalsBytes
import AnnalsLog
import AnnalsTestSupport
import Foundation
import Testing

/// What somebody can write who knows the format and recomputes every checksum and digest.
struct `A forgery` {
    private func findings(
        at path: String,
        against trust: CheckpointTrust = CheckpointTrust()
    ) async throws -> [VerifyReport.Finding] {
        try await RecordStore.verify(at: path, against: trust).findings
    }

    /// The log of a store with a different description of the first request, and with its digest if
    /// wanted.
    private func retold(
        _ store: LivedInStore,
        isDigested: Bool = true
    ) throws -> (log: ForgedLog, transaction: Int, position: Position) {
        var log = try ForgedLog(of: store.path)
        let place = try log.event(.created) { $0.key.serial == store.requests[0].serial }
        try log.transactions[place.transaction].alter(event: place.event, isDigested: isDigested) {
            $0.replace("call me back", with: "call me soon")
        }
        return (log, place.transaction, place.position)
    }

    @Test func `of values is found in their digest`() async throws {
        let store = try await LivedInStore()
        let (log, transaction, position) = try retold(store, isDigested: false)
        let copy = store.scratch("forged")
        try log.write(to: copy, besides: store.path)
        let found = try await findings(at: copy).filter {
            $0.transaction == UInt64(transaction) + 1
        }
        #expect(found.count == 1)
        #expect(found.first?.finding.contains("values of event \(position)") == true)
    }

    @Test func `of a transaction with a valid digest is found where the next names another`()
        async throws
    {
        let store = try await LivedInStore()
        let (log, transaction, _) = try retold(store)
        let copy = store.scratch("forged")
        try log.write(to: copy, besides: store.path)
        let found = try await findings(at: copy)
        #expect(found.contains { $0.transaction == UInt64(transaction) + 2 })
        #expect(found.contains { $0.finding.contains("transaction before") })
    }

    @Test func `of all transactions from one on is found in the record and in the tree`()
        async throws
    {
        let store = try await LivedInStore()
        var (log, _, position) = try retold(store)
        try log.chain()
        let copy = store.scratch("forged")
        try log.write(to: copy, besides: store.path)
        let found = try await findings(at: copy)
        // The row names the record's last event, which has not changed.
        let told = found.first { $0.record == store.requests[0] }?.position
        #expect(try #require(told) > position)
        #expect(found.contains { $0.table == "tree" && $0.key != nil })
    }

    @Test func `of everything is found by a checkpoint alone`() async throws {
        let store = try await LivedInStore()
        var (log, _, _) = try retold(store)
        try log.chain()
        let trust = CheckpointTrust(checkpoints: [store.checkpoint], key: store.verifierKey)
        for isThorough in [false, true] {
            let copy = store.scratch("forged \(isThorough)")
            let forgotten: Set<String> = isThorough ? ["checkpoints"] : []
            try log.write(to: copy, besides: store.path, without: forgotten)
            _ = try await RecordStore.rebuild(at: copy)
            let found = try await findings(at: copy)
            #expect(found.map(\.table) == (isThorough ? [] : ["checkpoints"]))
            let told = try await findings(at: copy, against: trust).last
            #expect(told?.finding.contains("the log has others") == true)
        }
    }

    @Test(arguments: [false, true])
    func `of the order is found at the first of both`(isRenumbered: Bool) async throws {
        let store = try await LivedInStore()
        var log = try ForgedLog(of: store.path)
        // Updates of two records, one event each.
        let first = try log.event(.updated).transaction
        log.transactions.swapAt(first, first + 1)
        if isRenumbered {
            let (one, other) = (log.transactions[first], log.transactions[first + 1])
            log.transactions[first].number = other.number
            log.transactions[first].firstPosition = other.firstPosition
            log.transactions[first + 1].number = one.number
            log.transactions[first + 1].firstPosition = one.firstPosition
        }
        let copy = store.scratch("swapped")
        try log.write(to: copy, besides: store.path)
        let found = try await findings(at: copy)
        let places = found.map { $0.transaction ?? $0.key.flatMap { UInt64($0, radix: 16) } }
        #expect(places.contains(UInt64(first) + 1), "\(found)")
    }

    @Test func `of a time that goes back is found at its transaction`() async throws {
        let store = try await LivedInStore()
        var log = try ForgedLog(of: store.path)
        let place = try log.event(.updated).transaction
        log.transactions[place].milliseconds = log.transactions[place - 1].milliseconds - 1
        try log.chain()
        let copy = store.scratch("earlier")
        try log.write(to: copy, besides: store.path)
        let found = try await findings(at: copy)
        #expect(found.map(\.transaction) == [UInt64(place) + 1])
        #expect(found.first?.finding == "a commit time goes back")
    }

    @Test func `of a transaction behind the last is found in what it should have made`()
        async throws
    {
        let store = try await LivedInStore()
        var log = try ForgedLog(of: store.path)
        let place = try log.event(.updated)
        var added = log.transactions[place.transaction]
        let last = try #require(log.transactions.last).stored()
        added.number = last.number + 1
        added.firstPosition = last.lastPosition.ordinal + 1
        added.milliseconds = UInt64(last.time.milliseconds)
        log.transactions.append(added)
        try log.chain()
        let copy = store.scratch("longer")
        try log.write(to: copy, besides: store.path)
        let found = try await findings(at: copy)
        #expect(
            found.contains {
                $0.record == store.requests[0] && $0.position == last.lastPosition.advanced(by: 1)
            },
            "\(found)"
        )
    }

    @Test func `of frames behind the last transaction is found`() async throws {
        let store = try await LivedInStore()
        let last = try #require(try ForgedLog(of: store.path).transactions.last)
        var key = ByteWriter()
        key.append(last.number)
        key.append(UInt16(1))
        let copy = store.scratch("frames")
        try copyStore(at: store.path, to: copy, added: [("log", key.bytes, [1, 2, 3])])
        await #expect(try findings(at: copy).map(\.table) == ["log"])
    }

    @Test func `of what was before a change is found at its event`() async throws {
        let store = try await LivedInStore()
        var log = try ForgedLog(of: store.path)
        let place = try log.event(.updated) { $0.key.serial == store.requests[1].serial }
        // The event set the telephone number to null: the digits are the value before.
        try log.transactions[place.transaction].alter(event: place.event) {
            $0.replace("+1 555 0100", with: "+1 555 0199")
        }
        try log.chain()
        let copy = store.scratch("other past")
        try log.write(to: copy, besides: store.path, without: ["checkpoints"])
        _ = try await RecordStore.rebuild(at: copy)
        let found = try await findings(at: copy)
        #expect(found.map(\.position) == [place.position], "\(found)")
        #expect(found.map(\.record) == [store.requests[1]])
    }

    @Test func `of values that are gone is found without an erasure`() async throws {
        let store = try await LivedInStore()
        var log = try ForgedLog(of: store.path)
        let place = try log.event(.created) { $0.key.serial == store.requests[2].serial }
        let stored = try log.transactions[place.transaction].stored()
        // Every digest stays the same, as in a real erasure.
        log.transactions[place.transaction].bytes = stored.erasing { _, position in
            position == place.position
        }
        let copy = store.scratch("gone")
        try log.write(to: copy, besides: store.path)
        let found = try await findings(at: copy)
        #expect(found.contains { $0.finding.contains("event \(place.position) are gone") })
        #expect(found.contains { $0.record == store.requests[2] })
    }

    @Test func `of an erasure that left values is found at its event`() async throws {
        let scratch = Scratch()
        let path = scratch("whole")
        let earlier = scratch("earlier")
        let (id, position) = try await erase(in: path, copy: earlier)
        try waitUntilClosed(path)
        await #expect(try findings(at: path) == [])

        let before = try ForgedLog(of: earlier)
        var log = try ForgedLog(of: path)
        log.transactions.replaceSubrange(before.transactions.indices, with: before.transactions)
        let copy = scratch("left")
        try log.write(to: copy, besides: path)
        let found = try await findings(at: copy)
        #expect(found.map(\.position) == [position], "\(found)")
        #expect(found.map(\.record) == [id])
    }

    @Test func `of an erasure that left an answer is found at its event`() async throws {
        let scratch = Scratch()
        let path = scratch("whole")
        let earlier = scratch("earlier")
        let (id, position) = try await erase(in: path, copy: earlier, underKey: "k")
        try waitUntilClosed(path)
        await #expect(try findings(at: path) == [])

        let before = try ForgedLog(of: earlier)
        var log = try ForgedLog(of: path)
        for index in before.transactions.indices {
            // The values are gone, but the answer is not.
            log.transactions[index].bytes = try before.transactions[index].stored()
                .erasing { event, _ in event.key.object > 2 && event.key.serial == id.serial }
        }
        let copy = scratch("left")
        try log.write(to: copy, besides: path)
        let found = try await findings(at: copy)
        #expect(found.map(\.position) == [position], "\(found)")
        #expect(found.first?.finding.contains("answer") == true)
    }

    /// A store with an erased record, and a copy of its file from before.
    private func erase(
        in path: String,
        copy earlier: String,
        underKey key: String? = nil
    ) async throws -> (RecordID, Position) {
        try RecordStore.create(at: path)
        let clock = TestClock()
        clock.advance(days: 400)
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        let store = try RecordStore(at: path, configuration: configuration)
        let session = store.session()
        let created = try await session.create(
            [
                SObject(
                    "ContactRequest",
                    ["PreferredPhone": "+1 555 0100"]
                )
            ],
            options: CallOptions(idempotencyKey: key)
        )[0]
        let id = try #require(created.id)
        // When the record is erased its row has no values any more, but the log does.
        try await session.delete(id)
        clock.advance(days: 16)
        _ = try await store.purgeExpired()
        try FileManager.default.createDirectory(atPath: earlier, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: path + "/data.mdb",
            toPath: earlier + "/data.mdb"
        )
        let results = try await session.erase([RecordReference(id)], reason: "asked for")
        return (id, try #require(results.first?.position))
    }

    /// Copies the store with a different row for one request, and the row's checksum.
    private func storeWithRow(
        of store: LivedInStore,
        _ change: (inout [UInt8]) -> Void
    ) throws -> String {
        let id = store.requests[1]
        let log = try ForgedLog(of: store.path)
        let place = try log.event(.created) { $0.key.serial == id.serial }
        let key = try log.transactions[place.transaction].stored().events[place.event].key
        let copy = store.scratch("row")
        var altered = 0
        try copyStore(at: store.path, to: copy) { table, serial, value in
            guard table == "records.\(key.object)", (try? serial.rawSpan.uint48(at: 0)) == id.serial
            else { return value }
            var row = value
            change(&row)
            if row != value { altered += 1 }
            var crc = CRC32C()
            crc.update(key.packed)
            crc.update(row.rawSpan.extracting(droppingFirst: 4))
            var checksum = ByteWriter()
            checksum.append(crc.value)
            return checksum.bytes + row.dropFirst(4)
        }
        try #require(altered == 1)
        return copy
    }

    @Test func `of a row is found in its record, though its checksum is right`() async throws {
        let store = try await LivedInStore()
        let copy = try storeWithRow(of: store) { $0.replace("call me back", with: "call me soon") }
        let found = try await findings(at: copy)
        #expect(found.map(\.record) == [store.requests[1]])
        #expect(found.map(\.finding) == ["the record's row is not what its events make"])
    }

    @Test func `of the event that a row names as its last is found in its record`() async throws {
        let store = try await LivedInStore()
        // The bytes 8 to 15 are the position: changed to that of another record's event, a few
        // later.
        let copy = try storeWithRow(of: store) { $0[15] += 3 }
        let found = try await findings(at: copy)
        #expect(found.first?.record == store.requests[1])
        #expect(found.first?.finding.contains("none of its events") == true, "\(found)")
    }
}
