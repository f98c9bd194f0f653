import Annals
import ArgumentParser

struct Compact: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the store's file anew, without free pages and what lies in them.",
        discussion: """
              annals compact contacts

            The file becomes smaller, and what was erased is in none of its bytes any more. Nobody \
            may have the store open. A crash leaves the store as it was or as it is to be; room for \
            a second copy is needed.
            """
    )

    @OptionGroup var options: StoreOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        Interrupt.listen()
        let bar = ProgressBar("Compacting")
        defer { bar.end() }
        let report: CompactReport
        do throws(StoreError) {
            report = try RecordStore.compact(
                at: options.store,
                configuration: options.configuration
            ) { bar.show(share: $0) }
        } catch {
            if case .interrupted = error {
                throw Failure.interrupted("Interrupted: the store is as it was.")
            }
            throw Failure(error)
        }
        bar.end()
        if output.writesJSON {
            try output.line(
                .object([
                    ("bytesBefore", .integer(report.bytesBefore)),
                    ("bytesAfter", .integer(report.bytesAfter)),
                ])
            )
        } else {
            try output.line(
                "\(report.bytesBefore) bytes before, \(report.bytesAfter) bytes now."
            )
        }
        return .fine
    }
}
