internal import Annals
internal import Foundation

/// The work whose instructions are counted.
enum HotPaths {
    /// A fixed time, so that the clock makes no system call.
    static let start = Timestamp(milliseconds: 1_767_225_600_000)

    static func configuration(at time: Timestamp) -> RecordStore.Configuration {
        var configuration = RecordStore.Configuration()
        // Nobody waits for the disk, and the caller's thread does everything.
        configuration.durability = .onDemand
        configuration.allowsAnyFileSystem = true
        configuration.clock = { time }
        return configuration
    }

    static let statuses: [Value] = ["New", "Contacted", "Completed", "Attempted"]
    static let reasons: [Value] = ["Billing", "Technical", "General", "Sales"]

    static func request(_ number: Int) -> SObject {
        SObject(
            "ContactRequest",
            [
                "Status": statuses[number % 4],
                "PreferredPhone": .text("+1 555 \(100_000 + number)"),
                "PreferredChannel": "Phone", "RequestReason": reasons[number / 4 % 4],
                "RequestDescription":
                    .text(String(repeating: "please call me back ", count: 4 + number % 8)),
            ]
        )
    }

    /// The ids of the store, in an order unrelated to their own.
    static func shuffledIDs(_ store: RecordStore, _ count: Int) async throws -> [RecordID] {
        let selection = try store.session().selection(of: "ContactRequest", ["Name"])
        let ids = try await store.session().records(selection, limit: 10_000).map(\.id)
        return (0..<count).map { ids[$0 &* 7919 % ids.count] }
    }

    static func create(_ session: Session, _ count: Int) async throws {
        for first in stride(from: 0, to: count, by: 200) {
            _ = try await session.create((first..<min(first + 200, count)).map(request))
        }
    }

    static func run(_ path: String, _ count: Int, _ folder: String) async throws {
        let later = Timestamp(milliseconds: start.milliseconds + 180_000)
        let configuration = configuration(at: path == "fill" ? start : later)
        if path == "fill" { try RecordStore.create(at: folder, configuration: configuration) }
        let store = try RecordStore(at: folder, configuration: configuration)
        let session = store.session()
        switch path {
        case "fill", "create": try await create(session, count)
        case "update":
            let ids = try await shuffledIDs(store, count)
            for first in stride(from: 0, to: count, by: 200) {
                let records = (first..<min(first + 200, count)).map { number in
                    SObject(
                        "ContactRequest",
                        id: .id(ids[number]),
                        assignments: [SObject.Assignment("Status", statuses[number / 7 % 4])]
                    )
                }
                _ = try await session.update(records)
            }
        case "retrieve":
            let selection = try session.selection(
                of: "ContactRequest",
                ["Status", "PreferredPhone", "Name"]
            )
            for id in try await shuffledIDs(store, count) {
                guard let record = try await session.retrieve(selection, id: id),
                    case .text? = record["Status"], case .text? = record["Name"]
                else { throw CocoaError(.coderValueNotFound) }
            }
        case "updated":
            for _ in 0..<count {
                let result = try await session.getUpdated("ContactRequest", from: start, to: later)
                guard result.ids.count == 5000 else { throw CocoaError(.coderValueNotFound) }
            }
        case "query":
            let text =
                "SELECT Name, Status FROM ContactRequest WHERE RequestReason = 'Billing' LIMIT 20"
            for _ in 0..<count {
                guard try await session.query(text: text).records.count == 20 else {
                    throw CocoaError(.coderValueNotFound)
                }
            }
        default: throw CocoaError(.featureUnsupported)
        }
        store.close()
    }
}
