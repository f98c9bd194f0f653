internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog
package import AnnalsSchema

/// The tables of one object.
package final class ObjectTables: Sendable {
    /// serial → row.
    package let records: Table
    /// (SystemModstamp in seconds, serial) of live records.
    package let times: Table
    /// (second of the deletion, serial) of deleted records that are not purged.
    package let deletions: Table
    /// (value, serial) of live records, one table per field.
    package let indexes: [FieldID: Table]

    static func names(of object: ObjectType) -> [String] {
        let code = object.code
        return ["records.\(code)", "times.\(code)", "deletions.\(code)"]
            + object.indexedFields.map { "index.\(code).\($0.id.rawValue)" }
    }

    init(_ tables: ArraySlice<Table>, of object: ObjectType) {
        let tables = Array(tables)
        records = tables[0]
        times = tables[1]
        deletions = tables[2]
        indexes = Dictionary(
            zip(object.indexedFields.map(\.id), tables.dropFirst(3)),
            uniquingKeysWith: { first, _ in first }
        )
    }

    var all: [Table] {
        [records, times, deletions] + indexes.sorted { $0.key < $1.key }.map(\.value)
    }
}

/// The tables of every object, found by its code without a hash: this is needed for each row that
/// is read.
package struct TablesByObject: Sendable {
    /// In ascending order.
    private let codes: [UInt16]
    /// In the order of the codes.
    package let values: [ObjectTables]

    fileprivate init(_ tables: [UInt16: ObjectTables]) {
        codes = tables.keys.sorted()
        values = tables.sorted { $0.key < $1.key }.map(\.value)
    }

    package subscript(code: UInt16) -> ObjectTables? {
        var (low, high) = (0, codes.count)
        while low < high {
            let middle = (low + high) / 2
            if codes[middle] < code { low = middle + 1 } else { high = middle }
        }
        return low < codes.count && codes[low] == code ? values[low] : nil
    }
}

/// Every table of a store: the log, and what is derived from it.
package final class StoreTables: Sendable {
    /// What the store is: format, identity.
    ///
    /// Not derived from the log.
    package let meta: Table
    package let log: Log
    /// object code → definition.
    package let schema: Table
    /// idempotency key → transaction number.
    package let keys: Table
    /// object code → last serial.
    package let counters: Table
    /// object code → second of the newest deletion that was purged.
    package let watermarks: Table
    /// (second of the deletion, record) → who deleted it: the recycle bin.
    package let bin: Table
    /// (position of the deletion, record) of the records deleted along with another.
    package let cascades: Table
    /// (user, record) → when the user last saw the record.
    ///
    /// Not derived from the log: viewing is not a change.
    package let views: Table
    /// locator → the query that it continues.
    ///
    /// Not derived from the log.
    package let cursors: Table
    /// (level, index) → 256 digests of the Merkle tree over the log's transactions.
    package let tree: TreeTable
    /// size of the tree → the checkpoint that was signed for it.
    ///
    /// Not derived from the log: it is what the log is checked against.
    package let checkpoints: Table
    package let objects: TablesByObject

    package static let schemaName = "schema"

    private static let ownNames = [
        "meta", Log.tableName, schemaName, "keys", "counters", "watermarks", "bin", "cascades",
        "views", "cursors", TreeTable.tableName, "checkpoints",
    ]

    private static func names(_ schema: Schema) -> [String] {
        ownNames + schema.objects.flatMap(ObjectTables.names)
    }

    private init(_ tables: [Table], _ schema: Schema, _ log: Log) {
        meta = tables[0]
        self.log = log
        self.schema = tables[2]
        keys = tables[3]
        counters = tables[4]
        watermarks = tables[5]
        bin = tables[6]
        cascades = tables[7]
        views = tables[8]
        cursors = tables[9]
        tree = TreeTable(table: tables[10])
        checkpoints = tables[11]
        var rest = tables.dropFirst(Self.ownNames.count)
        var objects: [UInt16: ObjectTables] = [:]
        for object in schema.objects {
            let count = ObjectTables.names(of: object).count
            objects[object.code] = ObjectTables(rest.prefix(count), of: object)
            rest = rest.dropFirst(count)
        }
        self.objects = TablesByObject(objects)
    }

    /// Opens the tables of `schema`, and creates those that are missing.
    ///
    /// - Parameter log: The log of the store, if there is one.
    package convenience init(
        creatingIn transaction: inout WriteTransaction,
        schema: Schema,
        log: Log? = nil
    ) throws(StorageError) {
        var tables: [Table] = []
        for name in Self.names(schema) { tables.append(try transaction.openTable(name)) }
        self.init(tables, schema, log ?? Log(table: tables[1]))
    }

    /// Opens the tables of `schema`, all of which must exist.
    ///
    /// - Parameter earlier: What has left the log for an archive, if it was given.
    package convenience init(
        openingIn environment: Environment,
        schema: Schema,
        earlier: (any EarlierTransactions)? = nil
    ) throws(StorageError) {
        let names = Self.names(schema)
        let found = try environment.existingTables(names)
        var tables: [Table] = []
        for (name, table) in zip(names, found) {
            guard let table else { throw .missing(name) }
            tables.append(table)
        }
        let log = try Log(tables[1], meta: tables[0], in: environment, earlier: earlier)
        self.init(tables, schema, log)
    }

    /// The names of all tables.
    package var names: Set<String> {
        Set((derived + [meta, log.table, views, cursors, checkpoints]).map(\.name))
    }

    /// The tables that are derived from the log, in the order of their names.
    package var derived: [Table] {
        ([schema, keys, counters, watermarks, bin, cascades, tree.table]
            + objects.values.flatMap(\.all))
            .sorted { $0.name < $1.name }
    }
}

extension Log {
    /// The log of a store, which begins where the table `meta` says.
    package init(
        _ table: Table,
        meta: Table,
        in environment: Environment,
        earlier: (any EarlierTransactions)? = nil
    ) throws(StorageError) {
        let reader = try ReadTransaction(in: environment)
        var base: LogBase?
        if let bytes = try reader.meta(LogBase.metaKey, in: meta) {
            do throws(Malformed) {
                base = try LogBase(decoding: bytes)
            } catch {
                let key = Array(LogBase.metaKey.utf8)
                throw .corrupted(Corruption("a value is malformed", table: meta.name, key: key))
            }
        }
        self.init(table: table, base: base, earlier: earlier)
    }
}

extension StorageError {
    /// The error for a missing table that every store has.
    package static func missing(_ table: String) -> StorageError {
        .corrupted(Corruption("every entry is missing", table: table))
    }
}
