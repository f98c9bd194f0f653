internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsProof
internal import AnnalsSchema

/// Which checkpoints a log is checked against.
///
/// Those in the store reveal that a log was altered by someone who did not think of them. Someone
/// who can write to the store can remove them, but cannot forge a checkpoint that was kept
/// elsewhere.
public struct CheckpointTrust: Sendable {
    /// Checkpoints that were kept elsewhere.
    package var checkpoints: [Checkpoint]
    /// The key that all of them must be signed with; without it, signatures are not checked.
    package var key: VerifierKey?

    /// Trusts these checkpoints, and signatures of this key.
    public init(checkpoints: [Checkpoint] = [], key: VerifierKey? = nil) {
        self.checkpoints = checkpoints
        self.key = key
    }
}

extension RecordStore {
    /// How a log differs from the one that its checkpoints describe.
    static func findings(
        _ environment: Environment,
        _ tables: StoreTables,
        _ schema: Schema,
        _ trust: CheckpointTrust
    ) throws(StoreError) -> [VerifyReport.Finding] {
        do throws(StorageError) {
            let origin = origin(of: try readMeta(environment).storeID)
            let reader = try ProjectionReader(in: environment, tables: tables, schema: schema)
            var tree = try TreeReader(tables, in: reader.transaction)
            var findings: [VerifyReport.Finding] = []
            for note in try reader.checkpoints() {
                guard let checkpoint = try? Checkpoint(SignedNote(bytes: note[...])) else {
                    findings.append(.checkpoint("it is malformed", in: tables.checkpoints))
                    continue
                }
                if let finding = try untruth(of: checkpoint, origin, trust.key, &tree, reader) {
                    findings.append(.checkpoint(finding, in: tables.checkpoints))
                }
            }
            for checkpoint in trust.checkpoints {
                if let finding = try untruth(of: checkpoint, origin, trust.key, &tree, reader) {
                    findings.append(.checkpoint(finding, in: nil))
                }
            }
            return findings
        } catch {
            throw .storage(error)
        }
    }
    private static func untruth(
        of checkpoint: Checkpoint,
        _ origin: String,
        _ key: VerifierKey?,
        _ tree: inout TreeReader,
        _ reader: borrowing ProjectionReader
    ) throws(StorageError) -> String? {
        let name = "the checkpoint of \(checkpoint.size) transactions"
        if let key {
            do throws(ProofError) {
                try checkpoint.verify(by: key)
            } catch {
                return "\(name): \(error)"
            }
        }
        if isOfAnotherStore(checkpoint.origin, than: origin) {
            return "\(name): it is of the log \(checkpoint.origin)"
        }
        let root = try tree.root(ofSize: checkpoint.size, in: reader.transaction)
        guard let root else { return "\(name): the log has lost its end, and has \(tree.size)" }
        return root == checkpoint.root ? nil : "\(name): the log has others"
    }
}

extension VerifyReport.Finding {
    fileprivate static func checkpoint(_ finding: String, in table: Table?) -> Self {
        Self(Corruption(finding, table: table?.name))
    }
}
