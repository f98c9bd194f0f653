import Annals
import AnnalsTestSupport
import Foundation

/// The records of the worked cases in a store.
struct CaseStore {
    let scratch = Scratch()
    let store: RecordStore
    let session: Session
    let options: QueryOptions
    private var ids: [String: RecordID] = [:]

    init() async throws {
        let fixture = try WorkedCases.fixture()
        let clock = TestClock(fixture.now)
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        configuration.durability = .onDemand
        let path = scratch("store")
        try RecordStore.create(
            at: path,
            schema: try SchemaFile(json: try WorkedCases.schema()),
            time: Timestamp(fixture.records[0].time),
            configuration: configuration
        )
        store = try RecordStore(at: path, configuration: configuration)
        var options = QueryOptions()
        options.now = Timestamp(fixture.now)
        options.timeZone = fixture.timeZone
        options.fiscalYearStart = fixture.fiscalYearStart
        self.options = options
        session = store.session()

        for record in fixture.records {
            let made = try await session.create(
                [sobject(record)],
                options: CallOptions(time: Timestamp(record.time))
            )
            guard let id = made[0].id else { throw RandomStore.Unmade(errors: made[0].errors) }
            ids[record.symbol] = id
        }
        for record in fixture.records where record.deleted == true {
            _ = try await session.delete(ids[record.symbol]!)
        }
    }

    private func sobject(_ record: CaseFixture.Record) -> SObject {
        var made = SObject(record.object)
        for (name, value) in record.fields.sorted(by: { $0.key < $1.key }) {
            let given: Value =
                switch value {
                case .null: .null
                case .flag(let flag): .boolean(flag)
                case .number(let number): .double(number)
                case .text(let text) where text.hasPrefix("@"): .id(ids[String(text.dropFirst())]!)
                case .text(let text): .text(text)
                }
            made.fields.append(SObject.Assignment(name, given))
        }
        return made
    }

    /// The query of a case with the ids of the store.
    func query(of text: String) -> String {
        var text = text
        for (symbol, id) in ids {
            text = text.replacing("'@\(symbol)'", with: "'\(id)'")
            text = text.replacing("'@15:\(symbol)'", with: "'\(id.shortDescription)'")
        }
        return text
    }

    /// A line of an answer with symbols for ids.
    func symbolic(_ line: String) -> String {
        var line = line
        for (symbol, id) in ids {
            line = line.replacing(id.description, with: symbol)
            line = line.replacing(id.shortDescription, with: symbol)
        }
        return line
    }

    func symbols(of result: QueryResult) -> [String] {
        result.records.map { row in row.id.map { symbolic($0.description) } ?? "?" }
    }
}
