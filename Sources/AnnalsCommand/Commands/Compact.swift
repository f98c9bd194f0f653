import Annals
import AnnalsJSON
import AnnalsQuery
import ArgumentParser

struct Compact: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Rewrite the store's file without free pages; move old transactions out.",
        discussion: """
              annals compact contacts

            The file becomes smaller, and no longer contains a byte of what was erased. No one \
            else may have the store open. A crash leaves the old store or the new one; room for a \
            second copy is needed.

            With --horizon, transactions up to that moment leave the store first, once the archive \
            has been found to contain them byte for byte. Records, recycle bin, proofs and all \
            later history stay; requests for the time before fail and name the archive, unless it \
            is given with --archive, which every command that opens a store accepts. Up to 256 of \
            the newest transactions always stay. \(MomentHelp.text)

              annals archive contacts archive
              annals compact contacts --archive archive --horizon 2026-01-01
            """
    )

    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp(
            "What was before this moment will only be in the archive.",
            valueName: "moment"
        )
    )
    var horizon: QueryOptions.Moment?

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        if horizon != nil, options.archive == nil {
            throw ValidationError("--horizon needs --archive, the folder with what is moved out.")
        }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        let trimmed = try await trim()
        let (path, configuration) = (options.store, options.configuration)
        let label = StageBars.Label(text: "Compacting")
        let report: CompactReport
        do throws(StoreError) {
            report = try await StageBars.run([.copying: label]) { (progress) throws(StoreError) in
                try await RecordStore.compact(
                    at: path,
                    configuration: configuration,
                    progress: progress
                )
            }
        } catch {
            throw failure(error, after: trimmed)
        }
        if output.writesJSON {
            try output.line(
                .object([
                    ("bytesBefore", .integer(report.bytesBefore)),
                    ("bytesAfter", .integer(report.bytesAfter)),
                    ("trimmed", trimmed.map(JSONValue.init) ?? .null),
                ])
            )
        } else {
            if let trimmed { try output.line(trimmed.text) }
            try output.line(
                "\(report.bytesBefore) bytes before, \(report.bytesAfter) bytes now."
            )
        }
        return .fine
    }

    /// Why the file was not rewritten; also reports everything that was done before.
    private func failure(_ error: StoreError, after trimmed: TrimReport?) -> Failure {
        guard let trimmed, trimmed.transactions > 0 else {
            if case .interrupted = error {
                return Failure.interrupted("Interrupted: the store is unchanged.")
            }
            return Failure(error)
        }
        let done = "\(trimmed.text) The file is as large as before. "
        switch error {
        case .interrupted: return Failure.interrupted("Interrupted. " + done)
        case .storage(let storage):
            let failure = Failure(error)
            return Failure(failure.code, done + storage.withoutOutcome, failure.status)
        default: return Failure(error).preceded(by: done)
        }
    }

    private func trim() async throws(Failure) -> TrimReport? {
        guard let horizon, let archive = options.archive else { return nil }
        let (path, configuration) = (options.store, options.configuration)
        let label = StageBars.Label(text: "Comparing with the archive", unit: "transactions")
        do throws(StoreError) {
            return try await StageBars.run([.log: label]) { (progress) throws(StoreError) in
                try await RecordStore.trim(
                    at: path,
                    through: horizon,
                    archive: archive,
                    configuration: configuration,
                    progress: progress
                )
            }
        } catch {
            if case .interrupted = error {
                throw Failure.interrupted("Interrupted: the store is unchanged.")
            }
            throw Failure(error)
        }
    }
}

extension TrimReport {
    fileprivate var text: String {
        if archived == 0 { return "No transaction has left the log: it has all of them." }
        return "\(transactions) transactions have left the log, \(archived) in total: up to event "
            + "\(horizon) of \(horizonTime.precise)."
    }
}

extension JSONValue {
    fileprivate init(_ report: TrimReport) {
        self = .object([
            ("transactions", .integer(report.transactions)),
            ("archivedTransactions", .integer(report.archived)),
            ("horizon", JSONValue(report.horizon)),
            ("horizonTime", .text(report.horizonTime.precise)),
        ])
    }
}
