import Annals
import AnnalsTestSupport

/// A small, closed store whose log has been trimmed as far as possible, with its archive.
struct SmallTrimmed {
    let scratch = Scratch()
    let key: SigningKey
    let checkpoint: Checkpoint
    /// The first one was changed in every transaction.
    let requests: [RecordID]
    let report: TrimReport
    var path: String { scratch("store") }
    var archive: String { scratch("archive") }

    init() async throws {
        (key, checkpoint, requests) = try await Self.fill(scratch("store"), scratch("archive"))
        try waitUntilClosed(scratch("store"))
        report = try await RecordStore.trim(
            at: scratch("store"),
            through: .time(SystemClock.now()),
            archive: scratch("archive")
        )
    }

    private static func fill(
        _ path: String,
        _ archive: String
    ) async throws -> (SigningKey, Checkpoint, [RecordID]) {
        try RecordStore.create(at: path)
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        let store = try RecordStore(at: path, configuration: configuration)
        let session = store.session()
        let record = SObject("ContactRequest", ["RequestDescription": "secret words"])
        let created = try await session.create(
            [record, record, record],
            options: CallOptions(idempotencyKey: "first")
        )
        let ids = created.compactMap(\.id)
        for number in 0..<300 {
            try await session.update(
                "ContactRequest",
                id: ids[0],
                ["PreferredPhone": .text("+1 \(number)")]
            )
        }
        let key = try SigningKey(generating: store.origin, seed: [UInt8](repeating: 7, count: 32))
        let checkpoint = try await store.checkpoint(signedWith: key)
        for number in 0..<300 {
            try await session.update(
                "ContactRequest",
                id: ids[0],
                ["PreferredPhone": .text("+2 \(number)")]
            )
        }
        try await store.archive(to: archive)
        return (key, checkpoint, ids)
    }

    func open(archive: String? = nil) throws -> RecordStore {
        var configuration = RecordStore.Configuration()
        configuration.archive = archive
        return try RecordStore(at: path, configuration: configuration)
    }

    var refusal: StoreError {
        .storage(.archived(path: archive, position: report.horizon.ordinal))
    }
}
