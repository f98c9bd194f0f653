package import AnnalsLMDB
internal import AnnalsLog

extension Verification {
    /// Verifies what is possible without the transactions that have left the log.
    package func runOnTail(
        _ progress: (Double) -> Bool
    ) throws(StorageError) -> Outcome {
        var outcome = Outcome()
        var walk = Walk()
        do throws(StorageError) {
            try walkTail(&walk, progress)
        } catch {
            guard case .corrupted(let corruption) = error else { throw error }
            walk.isBroken = true
            walk.findings.append(VerificationFinding(corruption))
        }
        outcome.isInterrupted = walk.isInterrupted
        outcome.head = walk.head
        outcome.eventCount = walk.eventCount
        outcome.findings = walk.findings
        outcome.tree = walk.tree
        outcome.unreadCount = tables.log.base.number
        if walk.isBroken || walk.isInterrupted { return outcome }
        try compare(walk, &outcome)
        _ = progress(1)
        return outcome
    }

    private func walkTail(
        _ walk: inout Walk,
        _ progress: (Double) -> Bool
    ) throws(StorageError) {
        let reader = try ReadTransaction(in: environment)
        let log = tables.log
        let total = try log.end(in: reader).number
        var verifier = try TailVerifier(tables, schema, hash, in: reader)
        let count = Double(max(1, total - min(total, log.base.number)))
        try log.walkWhatIsHeld(in: reader) { transaction throws(StorageError) in
            let done = transaction.number - log.base.number
            if done % 256 == 1, !progress(0.5 * Double(done) / count) {
                walk.isInterrupted = true
                return false
            }
            walk.isBroken = try !verifier.accept(transaction, in: reader)
            return !walk.isBroken
        }
        if !walk.isBroken, !walk.isInterrupted {
            if verifier.head.number < total {
                walk.isBroken = true
                walk.findings.append(
                    VerificationFinding(
                        "transaction numbers have a gap",
                        transaction: verifier.head.number + 1,
                        table: Log.tableName
                    )
                )
            } else {
                try verifier.finish(in: reader)
                if try reader.count(of: log.table) != verifier.frameCount {
                    walk.findings.append(
                        VerificationFinding("frames of no transaction", table: Log.tableName)
                    )
                }
            }
        }
        walk.take(verifier)
    }
}
