import Annals
import AnnalsTestSupport
import Testing

/// A small, closed store in which everything has happened that leaves something in a table.
struct LivedInStore {
    let scratch = Scratch()
    let path: String
    /// Live requests, the first of which has the longest history.
    let requests: [RecordID]
    let erased: RecordID
    let checkpoint: Checkpoint
    let verifierKey: VerifierKey

    init() async throws {
        path = scratch("whole")
        (requests, erased, checkpoint, verifierKey) = try await Self.live(path)
        try waitUntilClosed(path)
    }

    private static func live(
        _ path: String
    ) async throws -> ([RecordID], RecordID, Checkpoint, VerifierKey) {
        let clock = TestClock()
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        let schema =
            #"{"objects": [{"name": "ContactRequest", "fields": [{"name": "Status", "indexed": true}]}]}"#
        try RecordStore.create(
            at: path,
            schema: SchemaFile(json: Array(schema.utf8)),
            configuration: configuration
        )
        let store = try RecordStore(at: path, configuration: configuration)
        let session = store.session()
        func create(_ count: Int, _ key: String? = nil) async throws -> [RecordID] {
            let record = SObject(
                "ContactRequest",
                ["PreferredPhone": "+1 555 0100", "RequestDescription": "call me back"]
            )
            let options = CallOptions(idempotencyKey: key)
            let results = try await session.create(
                Array(repeating: record, count: count),
                options: options
            )
            clock.advance(seconds: 61)
            return results.compactMap(\.id)
        }
        let old = try await create(3, "old")
        _ = try await session.delete(old.map { RecordReference($0) })
        clock.advance(seconds: 16 * 86_400)
        _ = try await store.purgeExpired()
        let all = try await create(8, "import 1")
        for status in ["Contacted", "Closed"] {
            try await session.update("ContactRequest", id: all[0], ["Status": .text(status)])
        }
        try await session.update("ContactRequest", id: all[1], ["PreferredPhone": .null])
        let contact = try await session.create("Contact", ["LastName": "Ng"])
        try await session.delete(contact)
        _ = try await session.delete([all[5], all[6]].map { RecordReference($0) })
        _ = try await session.emptyRecycleBin([RecordReference(all[5])])
        _ = try await session.erase([RecordReference(all[7])], reason: "asked for")
        _ = try await session.query(
            "SELECT Id FROM ContactRequest WHERE Status != null FOR VIEW"
        )
        // Enough transactions for the tree to have a tile.
        for number in 0..<260 {
            _ = try await session.update(
                [SObject("ContactRequest", id: all[2], ["PreferredPhone": .text("\(number)")])],
                options: CallOptions(idempotencyKey: "update \(number)")
            )
        }
        let key = try SigningKey(generating: store.origin, seed: [UInt8](repeating: 5, count: 32))
        let checkpoint = try await store.checkpoint(signedWith: key)
        return (Array(all.prefix(5)), all[7], checkpoint, key.verifierKey)
    }
}
