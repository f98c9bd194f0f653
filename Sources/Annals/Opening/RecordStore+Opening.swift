internal import AnnalsArchive
internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema

extension RecordStore.Configuration {
    var environmentOptions: Environment.Options {
        var options = Environment.Options()
        options.isReadOnly = isReadOnly
        // Guaranteed by the writer lock.
        options.isOnlyWriter = !isReadOnly
        options.isUnsynchronized = durability == .onDemand
        options.mapSizeBytes = mapSizeBytes
        options.allowsAnyFileSystem = allowsAnyFileSystem
        return options
    }

    /// What has left the log, if its archive was given.
    ///
    /// - Throws: ``StorageError/unsuitableArchive(path:finding:)`` if there is no archive of the
    ///   store, even if nothing has left its log: an archive that is given is meant to be used.
    func earlier(
        of meta: RecordStore.Meta
    ) throws(StoreError) -> (any EarlierTransactions)? {
        guard let archive else { return nil }
        let archived = ArchivedLog(at: archive, of: meta.storeID)
        try storing { () throws(StorageError) in try archived.requireAny() }
        return archived
    }
}

/// A store as it was found on disk.
struct OpenedStore {
    let state: WriterState
    let created: Timestamp
    let storeID: String
}

extension RecordStore {
    /// What the table `meta` must say of a store that this version can open.
    static let format = "annals 1"

    /// Opens the environment of the store in the folder `path`, for this process alone if it writes.
    ///
    /// - Parameters:
    ///   - recovers: Whether a journal that a crash has left is first applied to LMDB.
    ///   - isAlone: Whether the caller has exclusive access to the folder (``UseLock``).
    static func open(
        _ path: String,
        _ configuration: Configuration,
        recovers: Bool = true,
        isAlone: Bool = false
    ) throws(StoreError) -> Environment {
        try storing { () throws(StorageError) in
            guard try FileSystem.isThere(path) else {
                throw .notAStore(path: path, finding: "there is nothing at this path")
            }
            guard try FileSystem.isThere(path + "/data.mdb") else {
                throw .notAStore(path: path, finding: "it holds no data.mdb")
            }
        }
        var options = configuration.environmentOptions
        options.isHeld = isAlone
        if configuration.isReadOnly {
            if recovers { try recoverJournal(beforeReading: path, configuration) }
            return try openForReading(path, configuration)
        }
        try refuseSnapshot(path)
        let environment = try storing { () throws(StorageError) in
            try Environment(path: path, options: options)
        }
        removeLeftovers(path)
        if recovers { try recoverJournal(environment, configuration) }
        return environment
    }

    /// A snapshot is compared with its manifest byte for byte: even the time that a getUpdated has
    /// covered would make it a damaged one.
    static func refuseSnapshot(_ path: String) throws(StoreError) {
        guard (try? StoreSnapshot(reading: path)) != nil else { return }
        throw .storage(.snapshot(path: path))
    }

    private static func openForReading(
        _ path: String,
        _ configuration: Configuration
    ) throws(StoreError) -> Environment {
        let options = configuration.environmentOptions
        return try storing { () throws(StorageError) in
            if let environment = try upToDate(path, options) { return environment }
            var writing = configuration
            writing.isReadOnly = false
            // What is read otherwise is also sound, only older: nothing depends on this succeeding.
            try? { () throws(StorageError) in
                _ = try Environment(path: path, options: writing.environmentOptions)
            }()
            return try Environment(path: path, options: options)
        }
    }

    /// The store as it is read, or `nil` if a writer died and what is read lags behind the file.
    private static func upToDate(
        _ path: String,
        _ options: Environment.Options
    ) throws(StorageError) -> Environment? {
        let environment = try Environment(path: path, options: options)
        return try environment.isBehind() ? nil : environment
    }

    /// Removes the leftovers of processes that were killed while they compacted or rebuilt the
    /// store, or created one next to it: they may contain values that have since been erased.
    ///
    /// Only for the holder of the writer lock: while it is held, no one has exclusive access, as
    /// those processes had.
    private static func removeLeftovers(_ path: String) {
        FileSystem.removeFolder(path + "/" + rebuildName)
        try? FileSystem.removeFile(compactedPath(of: path))
        UnfinishedFolder.removeDead(nextTo: path)
    }

    /// The folder of a rebuild, inside the store's.
    static let rebuildName = "rebuild"

    /// The file that is to become the store's, next to the current one.
    static func compactedPath(of path: String) -> String {
        FileSystem.absolute(path + "/data.mdb") + ".compacted"
    }

    static func read(
        _ environment: Environment,
        _ configuration: Configuration
    ) throws(StoreError) -> OpenedStore {
        let meta = try storing { () throws(StorageError) in try readMeta(environment) }
        if meta.isRebuilding { throw .rebuildInterrupted(path: environment.path) }
        let derived = try readDerived(environment, earlier: try configuration.earlier(of: meta))
        let head = try storing { () throws(StorageError) in
            try derived.tables.log.requireEarlier()
            return try derived.tables.log.head(in: ReadTransaction(in: environment))
        }
        let state = WriterState(
            head: head,
            covered: meta.covered,
            serials: derived.serials,
            schema: derived.schema,
            tables: derived.tables,
            // A process that does not write needs no tree to append to.
            edge: configuration.isReadOnly ? TreeEdge() : try readEdge(environment, derived.tables),
            epoch: max(head.epoch, meta.epoch)
        )
        return OpenedStore(state: state, created: meta.created, storeID: meta.storeID)
    }

    /// The parts of the derived tables that are needed to open a store.
    struct Derived {
        let schema: Schema
        let tables: StoreTables
        let serials: LastSerials
    }

    /// - Throws: ``StoreError/rebuildNeeded(path:finding:)`` if it can be rebuilt from the log.
    static func readDerived(
        _ environment: Environment,
        earlier: (any EarlierTransactions)?
    ) throws(StoreError) -> Derived {
        try mendable(environment) { () throws(StorageError) in
            guard let table = try environment.existingTables([StoreTables.schemaName])[0] else {
                throw .missing(StoreTables.schemaName)
            }
            let schema = try readSchema(table, ReadTransaction(in: environment))
            let tables = try StoreTables(openingIn: environment, schema: schema, earlier: earlier)
            let serials = try LastSerials(in: environment, tables, schema)
            return Derived(schema: schema, tables: tables, serials: serials)
        }
    }

    /// The right edge of the Merkle tree.
    ///
    /// - Throws: ``StoreError/rebuildNeeded(path:finding:)`` if the tree can be rebuilt from the
    ///   log.
    static func readEdge(
        _ environment: Environment,
        _ tables: StoreTables
    ) throws(StoreError) -> TreeEdge {
        try mendable(environment) { () throws(StorageError) in
            let reader = try ReadTransaction(in: environment)
            let head = try tables.log.head(in: reader)
            return try tables.tree.edge(at: head, tables.log, in: reader)
        }
    }

    static func mendable<T>(
        _ environment: Environment,
        _ read: () throws(StorageError) -> T
    ) throws(StoreError) -> T {
        do throws(StorageError) {
            return try read()
        } catch {
            guard case .corrupted(let finding) = error, let table = finding.table,
                table != Log.tableName, table != "meta"
            else { throw .storage(error) }
            throw .rebuildNeeded(path: environment.path, finding: finding)
        }
    }

    /// The log of a store of which nothing else need be sound.
    static func readLog(
        _ environment: Environment,
        earlier: (any EarlierTransactions)?
    ) throws(StoreError) -> Log {
        try storing { () throws(StorageError) in
            let found = try environment.existingTables(["meta", Log.tableName])
            guard let meta = found[0], let table = found[1] else { throw .missing(Log.tableName) }
            let log = try Log(table, meta: meta, in: environment, earlier: earlier)
            try log.requireEarlier()
            return log
        }
    }

    struct Meta {
        let created: Timestamp
        let covered: Timestamp
        let storeID: String
        /// 0 in a store that was never restored.
        let epoch: UInt32
        let isRebuilding: Bool
    }

    /// - Throws: ``StorageError/notAStore(path:finding:)`` if the format is not ours.
    static func readMeta(_ environment: Environment) throws(StorageError) -> Meta {
        let path = environment.path
        guard let meta = try environment.existingTables(["meta"])[0] else {
            throw .notAStore(path: path, finding: "it is a database of another program")
        }
        let reader = try ReadTransaction(in: environment)
        func value(_ key: String) throws(StorageError) -> [UInt8]? {
            try reader.meta(key, in: meta)
        }
        guard let format = try value(MetaKey.format) else {
            throw .notAStore(path: path, finding: "it is a database of another program")
        }
        guard format == Array(Self.format.utf8) else {
            let text = String(decoding: format.prefix(40), as: UTF8.self)
            throw .notAStore(path: path, finding: "its format is \(text), not \(Self.format)")
        }
        return Meta(
            created: time(in: try value(MetaKey.created)),
            covered: time(in: try value(MetaKey.covered)),
            storeID: String(decoding: try value(MetaKey.storeID) ?? [], as: UTF8.self),
            epoch: epoch(in: try value(MetaKey.epoch)),
            isRebuilding: try value(MetaKey.rebuilding) != nil
        )
    }

    private static func time(in bytes: [UInt8]?) -> Timestamp {
        guard let bytes, let milliseconds = try? bytes.rawSpan.int64(at: 0) else {
            return Timestamp(milliseconds: 0)
        }
        return Timestamp(milliseconds: milliseconds)
    }

    private static func epoch(in bytes: [UInt8]?) -> UInt32 {
        guard let bytes, let epoch = try? bytes.rawSpan.uint32(at: 0) else { return 0 }
        return epoch
    }

    private static func readSchema(
        _ table: Table,
        _ reader: borrowing ReadTransaction
    ) throws(StorageError) -> Schema {
        var objects: [ObjectType] = []
        var cursor = try reader.cursor(in: table)
        while let entry = try cursor.next() {
            do {
                let bytes = try KeptValue.opened(entry.value, key: entry.key)
                let definition = try ObjectType.Definition(decoding: [UInt8](copying: bytes))
                objects.append(ObjectType(definition))
            } catch {
                throw .corrupted(
                    Corruption(
                        "a definition does not decode",
                        table: table.name,
                        key: [UInt8](copying: entry.key)
                    )
                )
            }
        }
        return Schema(objects)
    }

    /// Creates a store in the folder `path`, which must not exist or be empty.
    ///
    /// The store is built next to it and moved there when it is complete: a crash leaves nothing at
    /// `path`.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - schema: Custom objects and fields, and settings of standard ones.
    ///   - time: The time of the first transaction, for a history that is about to be imported;
    ///     now, if not given.
    ///   - configuration: The clock, random bytes and limits that the store is created with.
    public static func create(
        at path: String,
        schema: SchemaFile? = nil,
        time: Timestamp? = nil,
        configuration: Configuration = Configuration()
    ) throws(StoreError) {
        if let time { try refuse(timeAhead: time, now: configuration.clock()) }
        let folder = try storing { () throws(StorageError) in try UnfinishedFolder(for: path) }
        do throws(StoreError) {
            try fill(folder.path, schema ?? SchemaFile(objects: []), time, configuration)
            try storing { () throws(StorageError) in
                try FileSystem.synchronize(folder.path + "/data.mdb")
                try folder.finish()
            }
        } catch {
            folder.discard()
            throw error
        }
    }

    /// Fails where the user whom every store begins with could not be made.
    private static func requireNothingMore(
        ofUsersIn definitions: [ObjectType.Definition]
    ) throws(SchemaError) {
        let user = ObjectType.Definition.user
        guard let changed = definitions.first(where: { $0.code == user.code }) else { return }
        let object = ObjectType(changed)
        for slot in object.createPlan.slots {
            guard case .required = slot.source else { continue }
            let field = object.fields[slot.fieldIndex]
            guard field.has(.custom) else { continue }
            throw SchemaError(
                "\(object.name).\(field.name)",
                "the user whom a store begins with has no value for it: give it a default, or require "
                    + "it when there is one"
            )
        }
    }

    private static func fill(
        _ folder: String,
        _ file: SchemaFile,
        _ time: Timestamp?,
        _ configuration: Configuration
    ) throws(StoreError) {
        let standard = Schema(ObjectType.Definition.standard.map(ObjectType.init))
        var definitions = ObjectType.Definition.standard
        do throws(SchemaError) {
            for changed in try standard.changes(by: file) {
                if let index = definitions.firstIndex(where: { $0.code == changed.code }) {
                    definitions[index] = changed
                } else {
                    definitions.append(changed)
                }
            }
            try requireNothingMore(ofUsersIn: definitions)
        } catch {
            throw .schema(error)
        }
        let environment = try storing { () throws(StorageError) in
            var options = configuration.environmentOptions
            options.isHeld = true
            return try Environment(path: folder, options: options)
        }
        let now = configuration.clock()
        let start = time ?? now
        let tables = try storing { () throws(StorageError) in
            try Replay(into: environment).tables
        }
        let state = WriterState(
            head: LogHead(),
            covered: Timestamp(milliseconds: 0),
            serials: LastSerials(),
            schema: Schema([]),
            tables: tables,
            edge: TreeEdge()
        )
        let salts = SaltSource(configuration.random)
        var writer = try storing { () throws(StorageError) in
            try GroupWriter(
                in: environment,
                state: state,
                clock: { start },
                salts: salts,
                people: KnownPeople()
            )
        }
        let id = configuration.random(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        try storing { () throws(StorageError) in
            try writer.projection.put(Array(format.utf8), forMeta: MetaKey.format)
            try writer.projection.put(Array(id.utf8), forMeta: MetaKey.storeID)
            var created = ByteWriter()
            // An imported history is known completely from its first transaction on.
            created.append(min(now, start).milliseconds)
            try writer.projection.put(created.bytes, forMeta: MetaKey.created)
        }
        let options = CallOptions(time: start)
        let context = CallContext(administratorWith: "annals", options: options)
        let objects = Schema(definitions.map(ObjectType.init))
        let user = try PreparedCall(
            [.administrator()],
            schema: objects,
            apiVersion: Session.latestAPIVersion,
            isTruncating: false
        )
        try writer.define(definitions, context) { (writer, builder) throws(StorageError) in
            let saved = try writer.create(user.records[0], of: user, context, &builder)
            guard saved.isSuccess else {
                throw .corrupted(Corruption("the administrator could not be made"))
            }
        }
        do throws(StorageError) {
            _ = try writer.commit()
            try environment.synchronize()
        } catch {
            throw .storage(error)
        }
    }
}
