internal import AnnalsBytes
internal import AnnalsLMDB
public import AnnalsLog
internal import AnnalsProjections
public import AnnalsProof
internal import AnnalsSchema

extension RecordStore {
    /// Which values a proof shows.
    public enum ShownValues: Sendable {
        /// None: the proof shows who did what to which record when.
        case none
        /// Those of the event that was requested by its position.
        case event
        /// Those of all events of the transaction.
        case all
    }

    /// Proves that a transaction is in the log of a checkpoint.
    ///
    /// - Parameters:
    ///   - number: The number of the transaction.
    ///   - checkpoint: A checkpoint of this log, at or after the transaction.
    ///   - shown: Whose values the proof shows; erased values it cannot.
    /// - Throws: ``StoreError/proof(_:)`` with ``ProofError/notIncluded`` if the checkpoint is
    ///   before the transaction, with ``ProofError/inconsistent`` if it is not of this log.
    public func proveInclusion(
        ofTransaction number: UInt64,
        in checkpoint: Checkpoint,
        showing shown: ShownValues = .none
    ) async throws(StoreError) -> Proof {
        let reader = try await reader()
        var tree = try storing { () throws(StorageError) in
            try TreeReader(reader.tables, in: reader.transaction)
        }
        try require(checkpoint, in: &tree, reader)
        return try proof(of: number, checkpoint, &tree, reader) { _ in shown == .all }
    }

    /// Proves that an event is in the log of a checkpoint.
    ///
    /// - Parameters:
    ///   - position: The event.
    ///   - checkpoint: As for ``proveInclusion(ofTransaction:in:showing:)``.
    ///   - shown: As for ``proveInclusion(ofTransaction:in:showing:)``.
    public func proveInclusion(
        of position: Position,
        in checkpoint: Checkpoint,
        showing shown: ShownValues = .event
    ) async throws(StoreError) -> Proof {
        let reader = try await reader()
        var tree = try storing { () throws(StorageError) in
            try TreeReader(reader.tables, in: reader.transaction)
        }
        try require(checkpoint, in: &tree, reader)
        let transaction = try storing { () throws(StorageError) in
            try reader.tables.log.transaction(holding: position, in: reader.transaction)
        }
        guard let transaction else { throw .proof(.notIncluded) }
        let event = Int(position.ordinal - transaction.firstPosition.ordinal)
        return try proof(of: transaction.number, checkpoint, &tree, reader) { index in
            shown == .all || shown == .event && index == event
        }
    }

    /// Proves that the log of a checkpoint begins with that of an earlier one.
    public func proveConsistency(
        from earlier: Checkpoint,
        to checkpoint: Checkpoint
    ) async throws(StoreError) -> ConsistencyProof {
        let reader = try await reader()
        var tree = try storing { () throws(StorageError) in
            try TreeReader(reader.tables, in: reader.transaction)
        }
        try require(earlier, in: &tree, reader)
        try require(checkpoint, in: &tree, reader)
        let path: [Digest]?
        do throws(StorageError) {
            path = try tree.consistencyPath(
                from: earlier.size,
                to: checkpoint.size,
                in: reader.transaction
            )
        } catch {
            throw .storage(error)
        }
        guard let path else { throw .proof(.inconsistent) }
        return ConsistencyProof(
            earlierSize: earlier.size,
            path: path,
            checkpoint: checkpoint
        )
    }

    private func proof(
        of number: UInt64,
        _ checkpoint: Checkpoint,
        _ tree: inout TreeReader,
        _ reader: borrowing ProjectionReader,
        showing isShown: (Int) -> Bool
    ) throws(StoreError) -> Proof {
        guard number > 0, number <= checkpoint.size else { throw .proof(.notIncluded) }
        let proof: Proof
        do throws(StorageError) {
            guard let found = try reader.tables.log.read(number, in: reader.transaction) else {
                throw .corrupted(Corruption("a transaction is missing", table: Log.tableName))
            }
            let stored = try reader.obeyed(found)
            let carried = CarriedTransaction(stored, opening: isShown)
            var definitions: [ProofContents.Definition] = []
            for definition in try reader.definitions(for: carried, of: stored) {
                let path = try tree.inclusionPath(
                    leaf: definition.number - 1,
                    size: checkpoint.size,
                    in: reader.transaction
                )
                let carried = CarriedTransaction(definition.transaction) {
                    definition.events.contains($0)
                }
                definitions.append(ProofContents.Definition(carried, path: path ?? []))
            }
            let path = try tree.inclusionPath(
                leaf: number - 1,
                size: checkpoint.size,
                in: reader.transaction
            )
            proof = Proof(
                index: number - 1,
                path: path ?? [],
                contents: ProofContents(carried, definitions: definitions),
                checkpoint: checkpoint
            )
        } catch {
            throw .storage(error)
        }
        do throws(ProofError) {
            // A log that has been damaged since must not issue invalid proofs.
            _ = try proof.requireInclusion()
        } catch {
            var key = ByteWriter()
            key.append(number)
            let finding = "a transaction is not the one that the tree has"
            throw .storage(
                .corrupted(Corruption(finding, table: Log.tableName, key: key.bytes))
            )
        }
        return proof
    }
}
