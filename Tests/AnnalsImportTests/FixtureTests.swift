import Annals
import AnnalsImport
import AnnalsTestSupport
import Foundation
import Testing

private let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private let incidents = repository.deletingLastPathComponent()
    .appendingPathComponent("shared/data/incidents/incident_event_log.csv.gz").path

private let hasIncidents = FileManager.default.fileExists(atPath: incidents)

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

struct `The recorded incidents` {
    /// The first rows of the file, which are whole requests but the last.
    private static let rowCount = 6000

    @Test(
        .enabled(
            if: hasIncidents,
            "skipped: the recorded incidents are not part of this repository, and are not beside it"
        )
    )
    func `become the states that their rows tell`() async throws {
        let rows = try Self.rows()
        let mapping = try text("Tools/incidents/mapping.json")
        let store = try ImportStore(schema: try text("Tools/incidents/schema.json"))
        let summary = try await store.importing(
            rows.joined(separator: "\n"),
            named: "incidents.csv",
            mapping: mapping
        )

        #expect(summary.rows == Self.rowCount)
        #expect(summary.rejected == 0)
        let expected = Self.lastStates(rows)
        #expect(summary.created == expected.count)
        let found = try await store.looking { store in
            let selection = try store.session().selection(
                of: "ContactRequest",
                ["IncidentNumber__c", "Status"]
            )
            var states: [String: String] = [:]
            for record in try await store.session().records(selection, limit: Self.rowCount) {
                states[record["IncidentNumber__c"]?.description ?? ""] =
                    record["Status"]?.description
            }
            return states
        }
        #expect(found == expected)
        let times = try await store.events().map(\.time)
        #expect(times == times.sorted())
    }

    /// The header and the first rows.
    private static func rows() throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "sh", "-c", "gzip -dc \"$1\" | head -n \(rowCount + 1)", "sh", incidents,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The last state of each request by time; of those of a minute, by their order in the file.
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
