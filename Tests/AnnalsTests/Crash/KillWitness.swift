import Annals
import AnnalsTestSupport
import Testing

/// Compares the log with what callers know, from one kill to the next.
struct KillWitness {
    private let path: String
    private let acknowledgements: AcknowledgementFile
    private var offset: UInt64 = 0
    private var lastPosition = Position.beforeFirst
    private var lastTransaction: UInt64 = 0
    private var lastPositions: [RecordID: Position] = [:]
    private var keys: Set<CallKey> = []
    /// The calls whose keys were idempotency keys.
    private var keyed: Set<CallKey> = []
    private(set) var acknowledgedCount = 0

    /// Begins with a store that has not been called yet.
    init(store path: String, acknowledgements: AcknowledgementFile) async throws {
        self.path = path
        self.acknowledgements = acknowledgements
        let store = try RecordStore(at: path)
        let events = try await store.session().events(limit: 10_000)
        lastPosition = try await store.lastPosition()
        lastTransaction = events.last?.transaction ?? 0
    }

    /// Opens the store after a kill, and continues reading its log.
    mutating func visit() async throws {
        let store = try RecordStore(at: path)
        let found = try await readOn(in: store)
        let calls = try acknowledgements.calls(from: &offset)
        for call in calls {
            #expect(found[call.key] == call.positions, "call \(call.key) was acknowledged")
        }
        acknowledgedCount += calls.count
        if let call = calls.last, keyed.contains(call.key) {
            // Another call with the same key returns the first one's result, and does nothing.
            let options = CallOptions(idempotencyKey: call.key.description)
            let error = await #expect(throws: StoreError.self) {
                try await store.session().create([], options: options)
            }
            guard case .fault(let fault) = error else { throw try #require(error) }
            #expect(fault.exceptionCode == .idempotencyKeyReused)
        }
        let end = try await store.lastPosition()
        #expect(end == lastPosition)
    }

    /// Reads on in the log, and collects the events of each call.
    private mutating func readOn(in store: RecordStore) async throws -> [CallKey: [Position]] {
        var found: [CallKey: [Position]] = [:]
        var transactions: [CallKey: UInt64] = [:]
        while true {
            let events = try await store.session().events(after: lastPosition, limit: 2000)
            for event in events {
                let key = try #require(CallKey(event.origin))
                if event.idempotencyKey != nil { keyed.insert(key) }
                if found[key] == nil {
                    #expect(event.transaction == lastTransaction + 1)
                    #expect(keys.insert(key).inserted, "call \(key) was made twice")
                    transactions[key] = event.transaction
                }
                #expect(event.position == Position(lastPosition.ordinal + 1))
                #expect(event.transaction == transactions[key], "call \(key) was torn")
                let record = try #require(event.record)
                #expect(event.previous == lastPositions[record])
                found[key, default: []].append(event.position)
                lastPosition = event.position
                lastTransaction = event.transaction
                lastPositions[record] = event.position
            }
            if events.isEmpty { break }
        }
        for (key, positions) in found {
            #expect(positions.count == key.eventCount, "call \(key) is there by half")
        }
        return found
    }

    /// Compares every table with a replay, and checks every page of the file.
    func check(scratch: String) async throws {
        let file = try RecordStore.checkFile(at: path)
        #expect(file.findings == [])
        let report = try await RecordStore(at: path).check(scratch: scratch)
        #expect(report.findings == [])
        #expect(report.transactions == lastTransaction)
    }
}
