internal import Annals
internal import Measuring

extension EngineContender {
    /// Reads all records, and computes the same digest as the other contenders.
    func verify() async throws -> Outcome {
        let store = try await open(for: .verify)
        defer { store.close() }
        let session = store.session()
        let selection = try session.selection(
            of: Self.object,
            [
                "CreatedDate", "SystemModstamp", "Name", "OwnerId", "PreferredPhone",
                "PreferredChannel", "Status", "RequestReason", "RequestDescription", "IsCallback",
            ]
        )
        let keys = ownerKeys
        var digest = FNVDigest()
        var watch = Stopwatch()
        try await watch.time {
            for first in stride(from: 0, to: ids.count, by: 2000) {
                let calls = Array(ids[first..<min(first + 2000, ids.count)])
                for (place, record) in try await session.retrieve(selection, ids: calls)
                    .enumerated()
                {
                    guard let record else { throw Failure("\(calls[place]) is gone") }
                    digest.add(UInt64(first + place + 1))
                    for field in record.fields { try digest.add(field.value, keys) }
                }
            }
        }
        return Outcome(watch, checksum: digest.hash)
    }
}

/// FNV-1a over the bytes of records.
private struct FNVDigest {
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }

    /// Adds eight bytes, the lowest first.
    mutating func add(_ word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            add(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    mutating func add(_ value: Value, _ keys: [RecordID: UInt64]) throws {
        switch value {
        case .text(let text): for byte in text.utf8 { add(byte) }
        case .boolean(let flag): add(UInt8(flag ? 1 : 0))
        case .dateTime(let time): add(UInt64(bitPattern: time.milliseconds / 1000))
        case .id(let id):
            guard let key = keys[id] else { throw EngineContender.Failure("\(id) owns nothing") }
            add(key)
        default: throw EngineContender.Failure("a field holds \(value)")
        }
    }
}
