import Annals
import AnnalsTestSupport
import Testing

/// A store with a clock that stands still, to which a test adds the records that it queries.
struct SmallStore {
    let clock = TestClock()
    let scratch = Scratch()
    let store: RecordStore
    let session: Session

    init(_ schema: String = #"{"objects": []}"#) throws {
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        configuration.durability = .onDemand
        configuration.mapSizeBytes = 16 << 20
        let path = scratch("store")
        try RecordStore.create(
            at: path,
            schema: try SchemaFile(json: Array(schema.utf8)),
            configuration: configuration
        )
        store = try RecordStore(at: path, configuration: configuration)
        session = store.session()
    }

    /// Creates records, and expects that none of them is refused.
    @discardableResult
    func create(_ records: [SObject]) async throws -> [RecordID] {
        let results = try await session.create(records)
        for result in results { #expect(result.errors == []) }
        return results.compactMap(\.id)
    }

    /// The ids of the rows, in their order.
    func ids(_ soql: String, all: Bool = false) async throws -> [RecordID] {
        let result = try await all ? session.queryAll(text: soql) : session.query(text: soql)
        return result.records.compactMap(\.id)
    }

    /// The values of a column.
    func column(_ soql: String, _ key: String) async throws -> [Value] {
        try await session.query(text: soql).records.map { try $0.value(key) }
    }

    /// Why a query is refused; `nil` if it is not.
    func fault(_ soql: String, _ session: Session? = nil) async throws -> Fault? {
        do throws(StoreError) {
            _ = try await (session ?? self.session).query(text: soql)
            return nil
        } catch {
            guard case .fault(let fault) = error else { throw error }
            return fault
        }
    }
}
