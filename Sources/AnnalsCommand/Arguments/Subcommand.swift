import Annals
import ArgumentParser

/// A subcommand: its output goes to `output`; the reason for a failure goes to standard error, and
/// into the exit code.
protocol Subcommand: AsyncParsableCommand {
    var writesJSON: Bool { get }

    func answer(to output: Output) async throws -> ExitStatus
}

extension Subcommand {
    func run() async throws {
        let output = Output(writesJSON: writesJSON)
        var status: ExitStatus
        do {
            status = try await answer(to: output)
            try output.flush()
        } catch let error as Failure {
            status = report(error, output)
        } catch let error as StoreError {
            status = report(Failure(error), output)
        } catch let error as ValidationError {
            // Thrown here it no longer knows to which command it belongs, and would show the usage
            // of all.
            try? output.flush()
            UsageFailure(message: error.message, command: Self.self).tell(asJSON: writesJSON)
            throw ExitCode.validationFailure
        }
        if status != .fine { throw ExitCode(status.rawValue) }
    }

    private func report(_ failure: Failure, _ output: Output) -> ExitStatus {
        // What was written before the failure was done, and must be shown. If it cannot be, the
        // failure says so already.
        try? output.flush()
        failure.tell(asJSON: writesJSON)
        return failure.status
    }
}
