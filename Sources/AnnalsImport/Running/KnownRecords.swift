internal import Annals
internal import AnnalsSchema

/// The records of an import by their keys, including those in the recycle bin: the store's index
/// has only live records, and a row that undeletes names its record by the key.
struct KnownRecords {
    private let store: RecordStore
    private let object: String
    private let field: Field
    private let session: Session
    private let selection: FieldSelection
    private var records: [TextKey: RecordID] = [:]
    private var isFilled = false

    init(_ mapping: ImportMapping, _ session: Session) throws(ImportError) {
        guard let object = session.store.schema[mapping.object],
            let field = object[mapping.key.field]
        else { preconditionFailure("a mapping is checked before it is used") }
        self.session = session
        store = session.store
        self.object = object.name
        self.field = field
        selection = try calling { () throws(StoreError) in
            try session.selection(of: object.name, [field.name])
        }
    }

    /// The record that had this key last.
    mutating func record(_ key: String) async throws(StoreError) -> RecordID? {
        guard let remembered = field.key(of: key) else { return nil }
        if let known = records[remembered] { return known }
        if let found = try await session.find(key, in: field.name, of: object).first {
            records[remembered] = found
            return found
        }
        try await fill()
        return records[remembered]
    }

    mutating func add(_ id: RecordID, key: TextKey) { records[key] = id }

    /// How the records of a key are remembered; `nil` for what is not a key.
    func remembered(_ key: String) -> TextKey? { field.key(of: key) }

    /// Whether a record with this key is live and has these values.
    func livingRecord(
        _ key: String,
        holds fields: [SObject.Assignment]
    ) async throws(StoreError) -> Bool {
        guard let id = try await session.find(key, in: field.name, of: object).first else {
            return false
        }
        let all = try session.selection(of: object, fields.map(\.name))
        guard let record = try await session.retrieve(all, id: id) else { return false }
        return fields.allSatisfy { assignment in
            let field = store.schema[object]?[assignment.name]
            let value = try? field?.normalized(assignment.value, isTruncating: false)
            return value == record[assignment.name]
        }
    }

    /// Reads all records once: those of earlier runs, and from before the import.
    private mutating func fill() async throws(StoreError) {
        if isFilled { return }
        isFilled = true
        var found: [TextKey: RecordID] = [:]
        var last: RecordID?
        while true {
            let page = try await session.records(selection, after: last, includingDeleted: true)
            for record in page {
                guard let value = record[field.name],
                    let key = field.key(of: value.description)
                else { continue }
                // If several have had the key one after another, the newest counts.
                found[key] = record.id
            }
            guard let end = page.last else { break }
            last = end.id
        }
        // What this run has seen is newer.
        records.merge(found) { seen, _ in seen }
    }
}
