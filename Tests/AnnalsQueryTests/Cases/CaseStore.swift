import Annals
import AnnalsTestSupport
import Foundation

/// The fixture of the worked cases in a store.
struct CaseStore {
    let scratch = Scratch()
    let store: RecordStore
    let session: Session
    let options: QueryOptions
    private var ids: [String: RecordID] = [:]
    private var symbols: [RecordID: String] = [:]

    /// Fields of the fixture that are custom fields here.
    private static let customFields = [
        "Industry": "string", "AnnualRevenue": "double", "Employees": "int", "Vip": "boolean",
        "Department": "string",
    ]

    /// There are no fields of this kind yet.
    static let unknownFields: Set<String> = ["Tags"]

    private static let schema = """
        {"objects": [
          {"name": "Account", "fields": [
            {"name": "Industry__c", "type": "string"},
            {"name": "AnnualRevenue__c", "type": "double"},
            {"name": "Employees__c", "type": "int"}, {"name": "Vip__c", "type": "boolean"}]},
          {"name": "User", "fields": [{"name": "Department__c", "type": "string"}]},
          {"name": "ContactRequest", "fields": [{"name": "Name", "displayFormat": "CR-{0000}"}]}
        ]}
        """

    init() async throws {
        let fixture = try WorkedCases.fixture()
        let clock = TestClock(fixture.now)
        var configuration = RecordStore.Configuration()
        configuration.clock = clock.now
        configuration.durability = .onDemand
        let path = scratch("store")
        let start = Timestamp("2023-12-01T00:00:00Z")
        try RecordStore.create(
            at: path,
            schema: try SchemaFile(json: Array(Self.schema.utf8)),
            time: start,
            configuration: configuration
        )
        store = try RecordStore(at: path, configuration: configuration)
        var options = QueryOptions()
        options.now = Timestamp(fixture.now)
        options.timeZone = fixture.timeZone
        options.fiscalYearStart = fixture.fiscalYearStartMonth
        self.options = options
        session = store.session()

        var deleted: [RecordID] = []
        let objects = [
            "User", "Group", "Account", "Contact", "Lead", "Opportunity", "Case", "ContactRequest",
        ]
        for object in objects {
            let records = (fixture.fixture[object] ?? [:]).map { symbol, fields in
                (symbol: symbol, fields: fields, time: Self.time(fields) ?? start)
            }
            for record in records.sorted(by: { ($0.time!, $0.symbol) < ($1.time!, $1.symbol) }) {
                let made = try await session.create(
                    [sobject(object, record.fields)],
                    options: CallOptions(time: record.time)
                )
                guard let id = made[0].id else { throw RandomStore.Unmade(errors: made[0].errors) }
                ids[record.symbol] = id
                symbols[id] = record.symbol
                if record.fields["IsDeleted"] == .flag(true) { deleted.append(id) }
            }
        }
        for id in deleted { _ = try await session.delete(id) }
    }

    private static func time(_ fields: [String: FixtureValue]) -> Timestamp? {
        guard case .text(let text) = fields["CreatedDate"] else { return nil }
        return Timestamp(text)
    }

    private func sobject(_ object: String, _ fields: [String: FixtureValue]) -> SObject {
        var record = SObject(object)
        func set(_ name: String, _ value: Value) {
            record.fields.append(SObject.Assignment(name, value))
        }
        let system: Set<String> = ["Id", "CreatedDate", "IsDeleted", "LastViewedDate"]
        for (name, value) in fields.sorted(by: { $0.key < $1.key })
        where !system.contains(name) && !Self.unknownFields.contains(name) {
            let field = Self.customFields[name].map { _ in name + "__c" } ?? name
            switch (object, name, value) {
            // What people are called has two parts.
            case ("User", "Name", .text(let text)), ("Lead", "Name", .text(let text)):
                let words = text.split(separator: " ").map(String.init)
                if words.count > 1 { set("FirstName", .text(words[0])) }
                set("LastName", .text(words[words.count - 1]))
            case ("ContactRequest", "Name", _), ("Case", "Name", _): continue
            case (_, _, .null): set(field, field == "Vip__c" ? false : .null)
            case (_, _, .flag(let flag)): set(field, .boolean(flag))
            case (_, _, .number(let number)): set(field, .double(number))
            case (_, _, .text(let text)):
                set(field, name.hasSuffix("Id") ? ids[text].map(Value.id) ?? .null : .text(text))
            }
        }
        switch object {
        case "User": set("Username", .text("\(record.fields[1].value)@example.invalid"))
        case "Group": set("Type", "Queue")
        case "Lead": set("Company", "Company")
        case "Opportunity":
            set("StageName", "Proposal")
            set("CloseDate", "2024-04-01")
        default: break
        }
        return record
    }

    /// The query of a case in the names and ids of the store.
    func query(of text: String) -> String {
        var text = text
        for (name, _) in Self.customFields {
            text = text.replacing(try! Regex("\\b\(name)\\b"), with: name + "__c")
        }
        for (symbol, id) in ids { text = text.replacing("'\(symbol)'", with: "'\(id)'") }
        return text
    }

    func symbols(of result: QueryResult) -> [String] {
        result.records.map { row in row.id.flatMap { symbols[$0] } ?? "?" }
    }
}
