internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsProof

extension RecordStore {
    /// The name of the store's own key, and so the name by which checkpoints identify the log.
    public var origin: String { Self.origin(of: storeID) }

    private static let originPrefix = "annals/"

    static func origin(of storeID: String) -> String { originPrefix + storeID }

    /// Whether a key or a checkpoint has the name of a store other than this one.
    static func isOfAnotherStore(_ name: String, than origin: String) -> Bool {
        name.hasPrefix(originPrefix) && name != origin
    }

    /// A key that is named after a store signs for that store alone.
    private func requireOwn(_ name: String) throws(StoreError) {
        if Self.isOfAnotherStore(name, than: origin) {
            throw .proof(.wrongOrigin(expected: origin, found: name))
        }
    }

    /// Signs the current state of the log, and keeps what was signed.
    ///
    /// Nothing is signed that does not continue from the last checkpoint: a log that forks must not
    /// make two conflicting statements.
    ///
    /// - Parameter key: Its name is the origin of the checkpoint, and should stay the same for all
    ///   checkpoints of a store.
    /// - Throws: ``StoreError/proof(_:)`` with ``ProofError/inconsistent`` if the log is not what
    ///   was signed before.
    public func checkpoint(
        signedWith key: SigningKey
    ) async throws(StoreError) -> Checkpoint {
        try requireOwn(key.name)
        let checkpoint = try await signed(with: key)
        try await keep(checkpoint, by: key.verifierKey)
        return checkpoint
    }

    private func signed(with key: SigningKey) async throws(StoreError) -> Checkpoint {
        let reader = try await reader()
        var tree = try storing { () throws(StorageError) in
            try TreeReader(reader.tables, in: reader.transaction)
        }
        let last = try storing { () throws(StorageError) in try reader.lastCheckpoint() }
        if let last { try require(try Self.stored(last), in: &tree, reader) }
        let size = tree.size
        let root = try storing { () throws(StorageError) in
            try tree.root(ofSize: size, in: reader.transaction)
        }
        guard let root else { throw .proof(.inconsistent) }
        return try proving { () throws(ProofError) in
            try Checkpoint(size: size, root: root, signedWith: key)
        }
    }

    /// Keeps a checkpoint of this log in the store, such as one that witnesses have signed as well.
    ///
    /// - Parameters:
    ///   - checkpoint: Of this log.
    ///   - key: The log's key, which must have signed it.
    public func keep(_ checkpoint: Checkpoint, by key: VerifierKey) async throws(StoreError) {
        try requireOwn(checkpoint.origin)
        try proving { () throws(ProofError) in try checkpoint.verify(by: key) }
        do {
            let reader = try await reader()
            var tree = try storing { () throws(StorageError) in
                try TreeReader(reader.tables, in: reader.transaction)
            }
            try require(checkpoint, in: &tree, reader)
        }
        let note = Array(checkpoint.description.utf8)
        try await write(cost: 1) { (group) throws(StoreError) in
            try storing { () throws(StorageError) in
                try group.put(checkpoint: note, size: checkpoint.size, keyID: key.id)
            }
        }
        // A checkpoint that is issued must not outlive the transactions that it covers.
        if configuration.durability == .onDemand { try await synchronize() }
    }

    /// The checkpoints that the store has issued, the smallest first.
    public func checkpoints() async throws(StoreError) -> [Checkpoint] {
        let reader = try await reader()
        let notes = try storing { () throws(StorageError) in try reader.checkpoints() }
        var checkpoints: [Checkpoint] = []
        for note in notes { checkpoints.append(try Self.stored(note)) }
        return checkpoints
    }

    /// The checkpoint of the largest tree that the store has issued, or `nil`.
    public func lastCheckpoint() async throws(StoreError) -> Checkpoint? {
        let reader = try await reader()
        guard let note = try storing({ () throws(StorageError) in try reader.lastCheckpoint() })
        else { return nil }
        return try Self.stored(note)
    }

    private static func stored(_ note: [UInt8]) throws(StoreError) -> Checkpoint {
        do throws(ProofError) {
            return try Checkpoint(SignedNote(bytes: note[...]))
        } catch {
            throw .storage(
                .corrupted(Corruption("a checkpoint does not decode", table: "checkpoints"))
            )
        }
    }

    /// Checks a checkpoint against the tree.
    func require(
        _ checkpoint: Checkpoint,
        in tree: inout TreeReader,
        _ reader: borrowing ProjectionReader
    ) throws(StoreError) {
        let root: Digest?
        do throws(StorageError) {
            root = try tree.root(ofSize: checkpoint.size, in: reader.transaction)
        } catch {
            throw .storage(error)
        }
        guard root == checkpoint.root else { throw .proof(.inconsistent) }
    }
}

/// Runs code that may reject a key or a proof and rethrows that as a failure of the call.
func proving<T>(_ body: () throws(ProofError) -> T) throws(StoreError) -> T {
    do throws(ProofError) {
        return try body()
    } catch {
        throw .proof(error)
    }
}
