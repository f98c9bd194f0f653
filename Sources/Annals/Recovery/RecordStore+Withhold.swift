internal import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

extension RecordStore {
    /// The events of one transaction: reading an event of a far longer one is slow.
    private static let withheldMax = 1000

    /// Withholds the values of records in a store that was made from a part of its history.
    ///
    /// Their values were erased, and the erasure is not in that part. The event `withheld` removes
    /// what is left of them and says why they are missing; the state of the records does not
    /// change, nor do their stamps and everything that refers to them.
    ///
    /// - Parameters:
    ///   - keys: Those that do not exist are skipped.
    ///   - origin: Recorded in the log as the client.
    /// - Returns: Those that were withheld.
    static func withhold(
        _ keys: [RecordKey],
        in environment: Environment,
        _ configuration: Configuration,
        by origin: String
    ) throws(StoreError) -> [RecordID] {
        if keys.isEmpty { return [] }
        var configuration = configuration
        configuration.isReadOnly = false
        let opened = try read(environment, configuration)
        try storing { () throws(StorageError) in try environment.makeRoom(forBytes: 256 << 20) }
        var writer = try storing { () throws(StorageError) in
            try GroupWriter(
                in: environment,
                state: opened.state,
                clock: configuration.clock,
                salts: SaltSource(configuration.random),
                people: KnownPeople()
            )
        }
        let context = CallContext(administratorWith: origin)
        var withheld: [RecordID] = []
        for start in stride(from: 0, to: keys.count, by: withheldMax) {
            let some = keys[start..<min(keys.count, start + withheldMax)]
            withheld += try writer.withhold(some, context)
        }
        do throws(StorageError) {
            _ = try writer.commit()
            try environment.synchronize()
        } catch {
            throw .storage(error)
        }
        return withheld
    }
}

extension GroupWriter {
    /// One transaction, for those records that exist.
    fileprivate mutating func withhold(
        _ keys: ArraySlice<RecordKey>,
        _ context: CallContext
    ) throws(StoreError) -> [RecordID] {
        var builder = try begin(context, eventCountHint: keys.count)
        var withheld: [RecordID] = []
        do throws(StorageError) {
            for key in keys {
                guard let id = schema.id(of: key), try projection.load(key) != nil else { continue }
                _ = try addEvent(
                    .withheld,
                    of: key,
                    previous: try stamps(of: key).lastPosition,
                    to: &builder
                ) { _ in }
                withheld.append(id)
                try beginAgain(afterTaking: key, context, &builder)
            }
            if !withheld.isEmpty { try finish(builder, context, results: []) }
        } catch {
            throw .storage(error)
        }
        return withheld
    }
}
