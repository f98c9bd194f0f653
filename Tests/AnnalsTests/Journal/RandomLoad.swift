import AnnalsTestSupport

@testable import Annals

/// A single caller whose next call depends only on chance and on earlier answers.
struct RandomLoad {
    let session: Session
    let administrator: RecordID

    func call(_ count: Int, seed: UInt64, _ clock: TestClock) async throws -> [String] {
        var random = SeededRandom(seed: seed)
        var answers: [String] = []
        var ids: [RecordID] = []
        var owners: [RecordID] = [administrator]
        var loads = 0
        for number in 0..<count {
            clock.advance(milliseconds: Int64(random.below(400)))
            // A call between two bulk loads makes the writer run calls in their turn for a while.
            if loads == 0 { loads = random.below(60) }
            loads -= 1
            do throws(StoreError) {
                if loads > 0 {
                    let records = records(20 + random.below(60), owners, &random)
                    let made = try await session.create(
                        records,
                        options: options(number, clock, &random)
                    )
                    ids += made.compactMap(\.id)
                    answers.append("\(made)")
                } else {
                    answers.append(try await other(number, &ids, &owners, clock, &random))
                }
            } catch {
                answers.append("\(error)")
            }
        }
        return answers
    }

    private func options(
        _ number: Int,
        _ clock: TestClock,
        _ random: inout SeededRandom
    ) -> CallOptions {
        var options = CallOptions(allOrNone: random.chance(30))
        // Some of the times are too early.
        if random.chance(5) {
            options.time = clock.time.advanced(byMilliseconds: Int64(random.below(400) - 200))
        }
        if random.chance(3) { options.idempotencyKey = "\(number / 40)" }
        return options
    }

    private func records(
        _ count: Int,
        _ owners: [RecordID],
        _ random: inout SeededRandom
    ) -> [SObject] {
        let owner = owners[random.below(owners.count)]
        var records = (0..<count).map { index in
            contactRequest(
                [("PreferredPhone", .text("\(index)"))]
                    + (index % 3 == 0 ? [("OwnerId", .id(owner))] : [])
            )
        }
        let last = records.count - 1
        switch random.below(40) {
        case 0:
            let long = String(repeating: "5", count: 41)
            records[last] = contactRequest([("PreferredPhone", .text(long))])
        case 1:
            let nobody = RecordID(prefix: administrator.prefix, serial: 999)
            records[last] = contactRequest([("OwnerId", .id(nobody))])
        case 2: records[last] = contactRequest([("WhoId", .id(administrator))])
        case 3: records[last] = SObject("Ticket__c", ["Code__c": .text("\(random.below(4))")])
        default: break
        }
        return records
    }

    private func contactRequest(_ values: [(String, Value)]) -> SObject {
        let assignments = values.map { SObject.Assignment($0.0, $0.1) }
        return SObject("ContactRequest", id: nil, assignments: assignments)
    }

    /// A call that is not part of a bulk load.
    private func other(
        _ number: Int,
        _ ids: inout [RecordID],
        _ owners: inout [RecordID],
        _ clock: TestClock,
        _ random: inout SeededRandom
    ) async throws(StoreError) -> String {
        guard !ids.isEmpty else { return "" }
        let id = ids[random.below(ids.count)]
        switch random.below(7) {
        case 0:
            let changes = ids.suffix(1 + random.below(40)).map {
                SObject(
                    "ContactRequest",
                    id: .id($0),
                    assignments: [SObject.Assignment("Status", "Contacted")]
                )
            }
            return "\(try await session.update(changes))"
        case 1: return "\(try await session.delete([RecordReference(id)]))"
        case 2:
            return
                "\(try await session.retrieve(from: "ContactRequest", ids: [RecordReference(id)]).count)"
        case 3:
            let made = try await session.create([
                SObject(
                    "User",
                    ["Username": .text("\(number)@annals.invalid"), "LastName": "Ng"]
                )
            ])[0]
            if let id = made.id { owners.append(id) }
            return "\(made)"
        case 4 where owners.count > 1:
            let owner = owners[owners.count - 1]
            let change = SObject("User", id: owner, ["IsActive": false])
            return "\(try await session.update([change]))"
        case 5:
            let from = clock.time
            clock.advance(minutes: 2)
            let window = try await session.getUpdated("ContactRequest", from: from, to: clock.time)
            return "\(window.ids.count) \(window.latestDateCovered)"
        default: return "\(try await session.create([SObject("ContactRequest")]))"
        }
    }
}
