internal import Annals
internal import CWorkload

/// The workload's values in the form that the engine's callers would use.
// Safe: the workload belongs to this object, and what it lends is copied before the next call.
@safe final class WorkloadSource {
    struct OutOfMemory: Error {}

    private let workload: OpaquePointer

    init(batch: UInt32) throws {
        guard let workload = unsafe workload_create(Int(batch)) else { throw OutOfMemory() }
        unsafe self.workload = workload
    }

    deinit { unsafe workload_destroy(workload) }

    /// The records that one call creates.
    func creates(first: UInt64, count: Int, owners: [RecordID]) -> [SObject] {
        let requests = unsafe workload_requests(workload, first, count)
        return (0..<count).map { place in
            let request = unsafe requests[place]
            return unsafe SObject(
                EngineContender.object,
                id: nil,
                assignments: [
                    .init("OwnerId", .id(owners[Int(request.owner)])),
                    .init("PreferredPhone", Self.text(request.phone)),
                    .init("PreferredChannel", Self.text(request.channel)),
                    .init("Status", Self.text(request.status)),
                    .init("RequestReason", Self.text(request.reason)),
                    .init("RequestDescription", Self.text(request.description)),
                    .init("IsCallback", .boolean(request.is_callback)),
                ]
            )
        }
    }

    /// The changes that one call makes; `ids` has the ids of all records, in the order of creation.
    func updates(first: UInt64, count: Int, ids: [RecordID]) -> [SObject] {
        let recordCount = UInt64(ids.count)
        let updates = unsafe workload_updates(workload, first, count, recordCount)
        return (0..<count).map { place in
            let update = unsafe updates[place]
            return unsafe SObject(
                EngineContender.object,
                id: .id(ids[Int(update.serial) - 1]),
                assignments: [
                    .init("Status", Self.text(update.status)),
                    .init("RequestDescription", Self.text(update.description)),
                ]
            )
        }
    }

    private static func text(_ text: workload_text) -> Value {
        let bytes = unsafe UnsafeRawBufferPointer(start: text.bytes, count: Int(text.count))
        return .text(unsafe String(decoding: bytes, as: UTF8.self))
    }
}
