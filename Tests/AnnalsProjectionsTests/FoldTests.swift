import AnnalsBytes
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsProjections

struct `An event` {
    private static let states: [RecordState?] = [nil, .live, .inBin, .emptied, .purged]
    private static let content: Slots = [1: [1, 1], 3: [3]]

    /// Whether an event may follow a state; all other combinations are malformed.
    private static func isAllowed(_ kind: EventKind, after state: RecordState?) -> Bool {
        switch (kind, state) {
        case (.created, nil), (.updated, .live), (.deleted, .live), (.undeleted, .inBin),
            (.emptied, .inBin), (.purged, .inBin), (.purged, .emptied), (.erased, .live),
            (.erased, .emptied), (.erased, .purged), (.withheld, .live), (.withheld, .inBin),
            (.withheld, .emptied), (.withheld, .purged):
            true
        default: false
        }
    }

    private static func payload(_ kind: EventKind, _ before: [UInt8]?) throws -> [UInt8] {
        let stamps = RecordStamps.sample(.live)
        switch kind {
        case .created: return Payload.created(content)
        case .updated: return Payload.updated(stamps, from: content, by: [3: [9]])
        case .deleted: return Payload.deleted(stamps)
        case .undeleted: return Payload.undeleted(stamps)
        case .emptied, .withheld: return []
        case .erased: return Array("asked for".utf8)
        case .purged: return try Payload.purged(before ?? row(stamps, content))
        case .defined: return Payload.defined([], [])
        }
    }

    @Test(arguments: EventKind.allCases, states)
    func `follows only what it can follow`(kind: EventKind, state: RecordState?) throws {
        let before = state.map { row(.sample($0), $0 == .purged ? [:] : Self.content) }
        let payload = try Self.payload(kind, before)

        if Self.isAllowed(kind, after: state) {
            let after = try fold(kind, payload, after: before)
            #expect(try stamps(of: after).lastPosition == Position(50))
        } else {
            #expect(throws: Malformed.self) { try fold(kind, payload, after: before) }
        }
    }

    @Test(arguments: EventKind.allCases, states)
    func `is refused where its values are cut`(kind: EventKind, state: RecordState?) throws {
        let before = state.map { row(.sample($0), $0 == .purged ? [:] : Self.content) }
        guard Self.isAllowed(kind, after: state), [.created, .updated].contains(kind) else {
            return
        }
        let payload = try Self.payload(kind, before)

        // An empty payload is what an erasure leaves; the log shows which of the two it is.
        for count in payload.indices.dropFirst() {
            #expect(throws: Malformed.self, "\(count) bytes") {
                try fold(kind, Array(payload.prefix(count)), after: before)
            }
        }
        #expect(throws: Malformed.self) { try fold(kind, payload + [0], after: before) }
    }

    @Test func `names its fields in ascending order, and only those that a row has`() {
        for ids in [[2, 1], [1, 1], [0], [0xFF00], [1, 0xFF02]] as [[UInt16]] {
            var writer = ByteWriter()
            writer.append(UInt16(ids.count))
            for id in ids {
                writer.append(id)
                writer.append(UInt32(1))
                writer.append(UInt8(7))
            }
            let payload = writer.bytes
            #expect(throws: Malformed.self, "\(ids)") {
                try fold(.created, payload, after: nil)
            }
        }
    }

    @Test func `that creates stamps the record`() throws {
        let after = try fold(.created, Payload.created(Self.content), after: nil)

        var expected = RecordStamps()
        expected.lastPosition = Position(50)
        (expected.created, expected.lastModified, expected.systemModstamp) = (
            Timestamp(milliseconds: 4_000_123), Timestamp(milliseconds: 4_000_123),
            Timestamp(milliseconds: 4_000_123)
        )
        (expected.createdBy, expected.lastModifiedBy) = (.user, .user)
        #expect(try stamps(of: after) == expected)
        #expect(try slots(of: after) == Self.content)
    }

    @Test func `that deletes leaves who modified the record`() throws {
        let before = row(.sample(.live), Self.content)

        let alone = try fold(.deleted, Payload.deleted(.sample(.live)), after: before)
        let cascaded = try fold(
            .deleted,
            Payload.deleted(.sample(.live), root: Position(49)),
            after: before
        )

        var expected = RecordStamps.sample(.live)
        expected.state = .inBin
        expected.lastPosition = Position(50)
        expected.systemModstamp = Timestamp(milliseconds: 4_000_123)
        expected.deletedBy = .user
        expected.deletedIn = Position(50)
        #expect(try stamps(of: alone) == expected)
        #expect(try !stamps(of: alone).isCascaded)
        expected.deletedIn = Position(49)
        #expect(try stamps(of: cascaded) == expected)
        #expect(try stamps(of: cascaded).isCascaded)
        #expect(try slots(of: alone) == Self.content)
    }

    @Test func `that purges leaves the stamps and no value`() throws {
        let before = row(.sample(.emptied), Self.content)

        let after = try fold(.purged, Payload.purged(before), after: before)

        var expected = RecordStamps.sample(.emptied)
        expected.state = .purged
        expected.lastPosition = Position(50)
        #expect(try stamps(of: after) == expected)
        #expect(try slots(of: after) == [:])
    }

    @Test(arguments: UInt64(0)..<40)
    func `that updates changes what it names and nothing else`(seed: UInt64) throws {
        var random = SeededRandom(seed: testSeed(500 + seed))
        var content = randomSlots(&random)
        var bytes = try fold(.created, Payload.created(content), after: nil)
        for step in UInt64(1)...20 {
            var changes = randomSlots(&random)
            for slot in 1...12 where random.chance(30) { changes[slot] = [] }
            let payload = Payload.updated(try stamps(of: bytes), from: content, by: changes)
            bytes = try fold(.updated, payload, after: bytes, at: 50 + step)
            content.merge(changes) { _, new in new }
            content = content.filter { !$0.value.isEmpty }

            #expect(try slots(of: bytes) == content)
            // As short as if the content had never changed: equal records have equal rows.
            #expect(try bytes == row(stamps(of: bytes), content))
            let isSound = (try? Row(bytes.rawSpan, of: .sample)) != nil
            #expect(isSound)
        }
    }
}
