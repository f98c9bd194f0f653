import Annals
import AnnalsJSON

/// A valid text, and what it proves.
enum VerifiedText {
    case inclusion(ProvenTransaction, [HistoryEvent], Checkpoint)
    case consistency(from: Checkpoint, to: Checkpoint)
    case checkpoint(Checkpoint)

    /// Recognizes the kind of text by its first line.
    init(
        _ bytes: [UInt8],
        by key: VerifierKey,
        origin: String?,
        from earlier: Checkpoint?
    ) throws(ProofError) {
        if bytes.starts(with: "c2sp.org/tlog-proof@".utf8) {
            let proof = try Proof(bytes: bytes)
            let proven = try proof.verify(by: key, origin: origin)
            self = .inclusion(proven, try proven.events(), proof.checkpoint)
        } else if bytes.starts(with: "old ".utf8) {
            let proof = try ConsistencyProof(bytes: bytes)
            guard let earlier else {
                throw .malformed("a proof of consistency needs the earlier checkpoint: --from")
            }
            try proof.verify(from: earlier, by: key, origin: origin)
            self = .consistency(from: earlier, to: proof.checkpoint)
        } else {
            let checkpoint = try Checkpoint(SignedNote(bytes: bytes[...]))
            try checkpoint.verify(by: key, origin: origin)
            self = .checkpoint(checkpoint)
        }
    }

    func write(to output: Output) async throws {
        if output.writesJSON { return try output.line(json) }
        switch self {
        case .inclusion(let proven, let events, let checkpoint):
            try output.line(
                "The proof holds: transaction \(proven.number) of the \(checkpoint.size) in the "
                    + "log \(checkpoint.origin.safeForTerminal)."
            )
            var lines = EventLines()
            for event in events { try await lines.write(event, to: output) }
        case .consistency(let earlier, let checkpoint):
            try output.line(
                "The proof holds: the \(checkpoint.size) transactions of the log "
                    + "\(checkpoint.origin.safeForTerminal) begin with the \(earlier.size) of the "
                    + "earlier checkpoint."
            )
        case .checkpoint(let checkpoint):
            try output.line(
                "The checkpoint holds: the log \(checkpoint.origin.safeForTerminal) had "
                    + "\(checkpoint.size) transactions."
            )
        }
    }

    private var json: JSONValue {
        switch self {
        case .inclusion(let proven, let events, let checkpoint):
            .object([
                ("holds", .boolean(true)), ("kind", .text("inclusion")),
                ("origin", .text(checkpoint.origin)),
                ("size", .integer(checkpoint.size)),
                ("transaction", .integer(proven.number)),
                ("time", .text(proven.time.precise)),
                ("events", .array(events.map(JSONValue.init))),
            ])
        case .consistency(let earlier, let checkpoint):
            .object([
                ("holds", .boolean(true)), ("kind", .text("consistency")),
                ("origin", .text(checkpoint.origin)),
                ("from", .integer(earlier.size)),
                ("size", .integer(checkpoint.size)),
            ])
        case .checkpoint(let checkpoint):
            .object([
                ("holds", .boolean(true)), ("kind", .text("checkpoint")),
                ("origin", .text(checkpoint.origin)),
                ("size", .integer(checkpoint.size)),
            ])
        }
    }
}
