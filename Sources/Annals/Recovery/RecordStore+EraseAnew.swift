internal import AnnalsArchive
internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSchema

extension RecordStore {
    /// Erases records in a store that was made of a part of its history.
    ///
    /// Their values are gone, and the erasure that took them is not in that part. A log tells why
    /// values are missing.
    ///
    /// - Parameters:
    ///   - keys: As of ``Replay/recordsToErase``.
    ///   - origin: Through what it is done, as the log keeps it.
    ///   - reason: Kept with the erasure.
    /// - Returns: Records that cannot be erased, since others keep them from being deleted. Their
    ///   values are gone all the same.
    static func eraseAnew(
        _ keys: [RecordKey],
        in environment: Environment,
        _ configuration: Configuration,
        by origin: String,
        reason: String
    ) throws(StoreError) -> [RecordID] {
        if keys.isEmpty { return [] }
        var configuration = configuration
        configuration.isReadOnly = false
        let opened = try read(environment, configuration)
        try storing { () throws(StorageError) in try environment.makeRoom(forBytes: 64 << 20) }
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
        let ids = keys.compactMap { opened.state.schema.id(of: $0) }
        var refused: [RecordID] = []
        for start in stride(from: 0, to: ids.count, by: Limits.records) {
            let some = ids[start..<min(ids.count, start + Limits.records)]
            let results = try writer.erase(
                some.map { RecordReference($0) },
                reason: reason,
                context
            )
            refused += zip(some, results).filter { !$1.isSuccess }.map(\.0)
        }
        do throws(StorageError) {
            _ = try writer.commit()
            try environment.synchronize()
        } catch {
            throw .storage(error)
        }
        return refused
    }
}
