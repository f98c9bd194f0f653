internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsSchema

/// The entries that the rows of one object's records must have in the tables, hashed and summed.
///
/// Computed by the code that the writer uses, as if every row were new.
struct RowEntries {
    /// Rows whose entries are computed before they are summed: one by one the bookkeeping would
    /// cost more than the entries.
    private static let batchCount = 256

    private let hash: EntryHash
    private let object: ObjectType
    private var changes: ObjectChanges
    private var shared = SharedChanges()
    private var pending = 0
    private(set) var times = EntrySum()
    private(set) var deletions = EntrySum()
    private(set) var indexes: [EntrySum]
    private(set) var bin = EntrySum()
    private(set) var cascades = EntrySum()
    /// Rows that were added.
    private(set) var rowCount: UInt64 = 0

    init(_ object: ObjectType, _ hash: EntryHash) {
        self.hash = hash
        self.object = object
        changes = ObjectChanges(object)
        indexes = Array(repeating: EntrySum(), count: object.indexedFields.count)
    }

    mutating func add(_ row: Row, of key: RecordKey) throws(Malformed) {
        try changes.add(key, before: nil, after: row, &shared)
        rowCount += 1
        pending += 1
        if pending == Self.batchCount { sum() }
    }

    /// Sums what was added last.
    mutating func sum() {
        pending = 0
        changes.times.drain(into: &times, hash)
        changes.deletions.drain(into: &deletions, hash)
        for index in indexes.indices { changes.indexes[index].drain(into: &indexes[index], hash) }
        shared.bin.drain(into: &bin, hash)
        shared.cascades.drain(into: &cascades, hash)
    }

    /// The sum of each table of the object, by name.
    func sums(_ tables: ObjectTables) -> [(table: Table, sum: EntrySum)] {
        var sums = [(tables.times, times), (tables.deletions, deletions)]
        for (index, field) in object.indexedFields.enumerated() {
            if let table = tables.indexes[field.id] { sums.append((table, indexes[index])) }
        }
        return sums
    }

    /// The keys of one row in the tables in which it must have some, by the table's name: slow, for
    /// a close look.
    static func keys(
        of row: Row,
        _ key: RecordKey,
        _ object: ObjectType,
        _ tables: StoreTables
    ) throws(Malformed) -> [String: [[UInt8]]] {
        guard let own = tables.objects[object.code] else { return [:] }
        var changes = ObjectChanges(object)
        var shared = SharedChanges()
        try changes.add(key, before: nil, after: row, &shared)
        var keys = [
            own.times.name: changes.times.keys, own.deletions.name: changes.deletions.keys,
            tables.bin.name: shared.bin.keys, tables.cascades.name: shared.cascades.keys,
        ]
        for (index, field) in object.indexedFields.enumerated() {
            if let table = own.indexes[field.id] { keys[table.name] = changes.indexes[index].keys }
        }
        return keys
    }
}
