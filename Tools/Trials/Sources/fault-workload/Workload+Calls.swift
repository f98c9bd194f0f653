import Annals

extension Workload {
    /// Writing calls of every kind, one after the other, each acknowledged when it has returned.
    ///
    /// - Parameter size: How many records a call creates.
    func work(
        _ store: RecordStore,
        rounds: Int,
        size: Int = 3,
        _ name: String = "store"
    ) async {
        var ids: [RecordID] = []
        for round in 0..<rounds {
            do throws(StoreError) {
                let results = try await call(store.session(), round, size, &ids)
                if let position = results.compactMap(\.position).max() {
                    tell("did \(name) \(position)")
                }
            } catch {
                tell("refused call: \(error)")
            }
        }
    }

    private func call(
        _ session: Session,
        _ round: Int,
        _ size: Int,
        _ ids: inout [RecordID]
    ) async throws(StoreError) -> [RecordResult] {
        let text = Value.text(String(repeating: "call me back ", count: 1 + round * 9))
        guard round % 3 > 0, let id = ids.last else {
            let record = SObject("ContactRequest", ["RequestDescription": text])
            let results = try await session.create(Array(repeating: record, count: size))
            ids += results.compactMap(\.id)
            return results
        }
        switch round % 8 {
        case 1:
            return try await session.update([
                SObject("ContactRequest", id: id, ["Status": "Contacted"])
            ])
        case 2: return try await session.delete([RecordReference(id)])
        case 4: return try await session.undelete([RecordReference(id)])
        case 7: return try await session.erase([RecordReference(id)], reason: "asked for")
        default:
            return try await session.update([
                SObject("ContactRequest", id: id, ["RequestDescription": text])
            ])
        }
    }

    /// Calls that only read, while nobody writes.
    func read() async {
        guard let store = open(isReadOnly: true) else { return }
        let session = store.session()
        do throws(StoreError) {
            let answer = try await session.query("SELECT Id, Status FROM ContactRequest")
            tell("did query \(answer.totalSize)")
            let info = try await store.info()
            tell("did info \(info.objects.count)")
            tell("events \(try await store.session().events(limit: .max).count)")
        } catch {
            tell("refused read: \(error)")
        }
    }
}
