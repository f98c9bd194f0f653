import Annals

/// A record as someone sees it who may read all its fields.
struct NaiveRecord {
    let id: RecordID
    /// The API name of the object.
    let type: String
    var isDeleted = false
    /// By API name; missing values are null.
    var values: [String: Value]

    /// A boolean is never null, although a record may be older than its field.
    func value(of field: Field) -> Value {
        let value = values[field.name] ?? .null
        return value == .null && field.kind == .boolean ? .boolean(false) : value
    }
}

/// All records of a store at one moment, in dictionaries, and the schema of that moment.
struct NaiveStore {
    let schema: Schema
    /// By object, in the order of their ids.
    private(set) var records: [String: [NaiveRecord]] = [:]
    private(set) var byID: [RecordID: NaiveRecord] = [:]

    init(_ schema: Schema, _ records: some Sequence<NaiveRecord>) {
        self.schema = schema
        for record in records {
            byID[record.id] = record
            self.records[record.type, default: []].append(record)
        }
        for type in self.records.keys { self.records[type]?.sort { $0.id < $1.id } }
    }

    /// What the store contains now, including records that are deleted but not purged.
    init(reading store: RecordStore) async throws {
        let session = store.session()
        let schema = store.schema
        var all: [NaiveRecord] = []
        for object in schema.objects {
            let selection = try session.selection(of: object.name)
            let records = try await store.session().records(
                selection,
                includingDeleted: true,
                limit: .max
            )
            for record in records {
                let values = Dictionary(uniqueKeysWithValues: record.fields)
                all.append(
                    NaiveRecord(
                        id: record.id,
                        type: object.name,
                        isDeleted: values["IsDeleted"] == true,
                        values: values
                    )
                )
            }
        }
        self.init(schema, all)
    }
}
