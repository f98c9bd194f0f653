import AnnalsBytes
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsProjections

/// The row before an event, from the row after it, the event's values and its place in the record's
/// history: every view of the past depends on this.
private func undo(
    _ kind: EventKind,
    _ payload: [UInt8],
    previous: Position,
    in after: [UInt8]
) throws -> [UInt8]? {
    var stamps = try stamps(of: after)
    var content = try slots(of: after)
    stamps.lastPosition = previous
    var reader = ByteReader(payload.rawSpan)
    switch kind {
    case .created: return nil
    case .updated:
        stamps.lastModified = Timestamp(milliseconds: try reader.int64())
        stamps.lastModifiedBy = RecordKey(packed: try reader.uint64())
        stamps.systemModstamp = Timestamp(milliseconds: try reader.int64())
    case .deleted:
        stamps.state = .live
        stamps.systemModstamp = Timestamp(milliseconds: try reader.int64())
        stamps.deletedBy = RecordKey(packed: 0)
        stamps.deletedIn = .beforeFirst
    case .undeleted:
        stamps.state = .inBin
        stamps.systemModstamp = Timestamp(milliseconds: try reader.int64())
        stamps.deletedBy = RecordKey(packed: try reader.uint64())
        stamps.deletedIn = Position(try reader.uint64())
    case .emptied: stamps.state = .inBin
    case .purged: stamps.state = try #require(RecordState(rawValue: try reader.uint8()))
    case .defined, .erased, .withheld: Issue.record("a record is not defined")
    }
    var changes = try FieldChanges(of: kind, payload: payload.rawSpan)
    while let change = try changes.next() {
        let slot = Int(change.field.rawValue)
        let (old, new) = ([UInt8](copying: change.before), [UInt8](copying: change.after))
        #expect(content[slot] ?? [] == new)
        content[slot] = old.isEmpty ? nil : old
    }
    return row(stamps, content)
}

struct `Every event of a record's life` {
    @Test(arguments: UInt64(0)..<40)
    func `can be undone, to the last byte`(seed: UInt64) throws {
        var random = SeededRandom(seed: testSeed(600 + seed))
        var life: [(kind: EventKind, payload: [UInt8], after: [UInt8])] = []
        var bytes: [UInt8]?
        for step in 0..<30 {
            guard let (kind, payload) = try nextEvent(after: bytes, &random) else { break }
            let after = try fold(kind, payload, after: bytes, at: UInt64(100 + step))
            life.append((kind, payload, after))
            bytes = after
        }

        for (index, event) in life.enumerated().reversed() {
            let before = index == 0 ? nil : life[index - 1].after
            let previous = index == 0 ? Position.beforeFirst : Position(UInt64(99 + index))
            let undone = try undo(event.kind, event.payload, previous: previous, in: event.after)
            #expect(undone == before, "\(event.kind)")
        }
    }

    /// An event that may follow, or `nil` if the record is purged.
    private func nextEvent(
        after bytes: [UInt8]?,
        _ random: inout SeededRandom
    ) throws -> (EventKind, [UInt8])? {
        guard let bytes else { return (.created, Payload.created(randomSlots(&random))) }
        let stamps = try stamps(of: bytes)
        switch stamps.state {
        case .live where random.chance(60):
            var changes = randomSlots(&random)
            for slot in 1...12 where random.chance(30) { changes[slot] = [] }
            let before = try slots(of: bytes)
            return (.updated, Payload.updated(stamps, from: before, by: changes))
        case .live:
            let root = random.chance(30) ? Position(7) : .beforeFirst
            return (.deleted, Payload.deleted(stamps, root: root))
        case .inBin where random.chance(70): return (.undeleted, Payload.undeleted(stamps))
        case .inBin where random.chance(50): return (.emptied, [])
        case .inBin, .emptied: return (.purged, try Payload.purged(bytes))
        case .purged: return nil
        }
    }
}

struct `The changes of fields` {
    private func changes(
        of kind: EventKind,
        _ payload: [UInt8]
    ) throws -> [(UInt16, before: [UInt8], after: [UInt8])] {
        var found: [(UInt16, before: [UInt8], after: [UInt8])] = []
        var changes = try FieldChanges(of: kind, payload: payload.rawSpan)
        while let change = try changes.next() {
            found.append(
                (
                    change.field.rawValue, [UInt8](copying: change.before),
                    [UInt8](copying: change.after)
                )
            )
        }
        return found
    }

    @Test func `tell both sides`() throws {
        let content: Slots = [1: [1], 5: [5, 5]]
        let created = try changes(of: .created, Payload.created(content))
        let updated = try changes(
            of: .updated,
            Payload.updated(.sample(.live), from: content, by: [1: [], 5: [6], 9: [9]])
        )
        let purged = try changes(of: .purged, Payload.purged(row(.sample(.inBin), content)))

        #expect(created.map(\.0) == [1, 5])
        #expect(created.map(\.before) == [[], []])
        #expect(created.map(\.after) == [[1], [5, 5]])
        #expect(updated.map(\.0) == [1, 5, 9])
        #expect(updated.map(\.before) == [[1], [5, 5], []])
        #expect(updated.map(\.after) == [[], [6], [9]])
        #expect(purged.map(\.0) == [1, 5])
        #expect(purged.map(\.before) == [[1], [5, 5]])
        #expect(purged.map(\.after) == [[], []])
    }

    @Test(arguments: [EventKind.deleted, .undeleted, .emptied, .defined])
    func `are none in events of other kinds`(kind: EventKind) throws {
        #expect(try changes(of: kind, Array(1...24)).isEmpty)
    }
}
