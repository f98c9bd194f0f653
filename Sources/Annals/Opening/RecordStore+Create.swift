internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsSchema

extension RecordStore {
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
        let id = configuration.random(16).hexadecimal
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
