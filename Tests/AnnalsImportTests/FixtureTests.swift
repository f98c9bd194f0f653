import Annals
import AnnalsImport
import AnnalsTestSupport
import Foundation
import Testing

private let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private func text(_ path: String) throws -> String {
    try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
}

struct `The history of the example` {
    @Test func `is imported whole`() async throws {
        let store = try ImportStore(schema: try text("fixtures/history/schema.json"))
        let rows = try text("fixtures/history/changes.jsonl")
        let summary = try await store.importing(
            rows,
            mapping: try text("fixtures/history/mapping.json"),
            options: store.rejectOptions()
        )

        #expect(summary.rows == rows.split(separator: "\n").count)
        #expect(summary.rejected == 0)
        #expect(summary.unchanged == 0)
        let events = summary.created + summary.updated + summary.deleted + summary.undeleted
        #expect(events == summary.rows)
        #expect(try await store.events().of("ContactRequest").count == events)
    }
}

extension SeededRandom {
    fileprivate mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
}

/// Rows like those of the incident log that `Tools/import-incidents` imports: each is an update of
/// a made-up request.
struct `Updates in the layout of the incident log` {
    @Test(arguments: [1, 2] as [UInt64])
    func `become the states that their rows tell`(seed: UInt64) async throws {
        let rows = Self.rows(seed: seed)
        let mapping = try text("Tools/incidents/mapping.json")
        let store = try ImportStore(schema: try text("Tools/incidents/schema.json"))
        let summary = try await store.importing(
            rows.joined(separator: "\n"),
            named: "incidents.csv",
            mapping: mapping
        )

        #expect(summary.rows == rows.count - 1)
        #expect(summary.rejected == 0)
        let expected = Self.lastStates(rows)
        #expect(summary.created == expected.count)
        let found = try await store.looking { store in
            let selection = try store.session().selection(
                of: "ContactRequest",
                ["IncidentNumber__c", "Status"]
            )
            var states: [String: String] = [:]
            for record in try await store.session().records(selection, limit: rows.count) {
                states[record["IncidentNumber__c"]?.description ?? ""] =
                    record["Status"]?.description
            }
            return states
        }
        #expect(found == expected)
        let times = try await store.events().map(\.time)
        #expect(times == times.sorted())
    }

    /// The header, and the updates of 200 requests: several requests in the same minute, one
    /// request several times in the same minute, and not in the order of their times.
    private static func rows(seed: UInt64) -> [String] {
        var random = SeededRandom(seed: seed)
        var rows: [String] = []
        for number in 1...200 {
            var minute = random.below(40_000)
            for change in 0...random.below(9) {
                minute += random.pick([0, 0, 1, 7, 300, 2_000])
                // One digit where one is enough, as people write days and months.
                let day = "\(1 + minute / 1_440 % 28)/\(1 + minute / 40_320)/2021"
                let time = "\(twoDigits(minute / 60 % 24)):\(twoDigits(minute % 60))"
                let state = change == 0 ? "New" : random.pick(["Asked", "Solved", "New"])
                let cells = [
                    "N\(number)", state, random.pick(["?", "\(random.below(50))"]),
                    "\(random.below(9))", "\(day) \(time)", random.pick(["Phone", "Desk"]),
                    "\(random.below(20))", random.pick(["?", "\(random.below(12))"]),
                    random.pick(["?", "\(random.below(30))"]), "?", "\(random.below(6))",
                    random.pick(["?", "\(random.below(15))"]),
                ]
                rows.append(cells.joined(separator: ","))
            }
        }
        // Swaps neighbors, unless they are of the same request and minute: there the order in the
        // file decides which was first.
        for place in stride(from: 1, to: rows.count, by: 3) {
            let cells = [rows[place], rows[place - 1]].map { $0.split(separator: ",") }
            if cells[0][0] != cells[1][0] || cells[0][4] != cells[1][4] {
                rows.swapAt(place, place - 1)
            }
        }
        let header = """
            number,ident_state,caller_id,sys_updated_by,sys_updated_at,contact_type,location,\
            category,u_symptom,cmdb_ci,assignment_group,assigned_to
            """
        return [header] + rows
    }

    private static func twoDigits(_ number: Int) -> String {
        (number < 10 ? "0" : "") + String(number)
    }

    /// The last state of each request by time; within a minute, by the order in the file.
    private static func lastStates(_ rows: [String]) -> [String: String] {
        let header = rows[0].split(separator: ",", omittingEmptySubsequences: false)
        let place = { (name: String) in header.firstIndex { $0 == name }! }
        let (number, state, at) = (place("number"), place("ident_state"), place("sys_updated_at"))
        var last: [String: (key: [Int], state: String)] = [:]
        for row in rows.dropFirst() {
            let cells = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let parts = cells[at].split { "/ :".contains($0) }.map { Int($0)! }
            let key = [parts[2], parts[1], parts[0], parts[3], parts[4]]
            if let known = last[cells[number]], key.lexicographicallyPrecedes(known.key) {
                continue
            }
            last[cells[number]] = (key, cells[state])
        }
        return last.mapValues(\.state)
    }
}
