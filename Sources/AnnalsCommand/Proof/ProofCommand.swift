import Annals
import ArgumentParser

struct ProofCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proof",
        abstract: "Verify proofs and checkpoints without the store.",
        subcommands: [Verify.self]
    )

    struct Verify: Subcommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify a proof, or a checkpoint, by the log's key.",
            discussion: """
                  annals proof verify 4711.tlog-proof --key contacts.pub
                  annals proof verify tuesday.proof --from monday.checkpoint --key contacts.pub
                  annals proof verify monday.checkpoint --key contacts.pub

                It needs no store. For a proof of inclusion the output shows what the proof shows; \
                all of that is checked against the signed root. Exit code 4 means that something \
                is invalid.
                """
        )

        @Argument(help: "A proof of inclusion or consistency, or a checkpoint.")
        var file: String

        @OptionGroup var output: OutputOptions

        @Option(help: VerifierKeyArgument.help)
        var key: VerifierKeyArgument

        @Option(help: "The log's origin; the key's name, if not given.")
        var origin: String?

        @Option(
            help: ArgumentHelp(
                "The earlier checkpoint, for a proof of consistency.",
                valueName: "file"
            ),
            completion: .file()
        )
        var from: String?

        var writesJSON: Bool { output.json }

        func answer(to output: Output) async throws -> ExitStatus {
            let key = try key.read()
            let bytes = try InputText.read(file)
            // A forgotten option must not look like a proof that fails.
            let isOfConsistency = bytes.starts(with: "old ".utf8)
            if isOfConsistency, from == nil {
                throw Failure.input(
                    "\(file) is a proof of consistency: give the earlier checkpoint with --from."
                )
            }
            if !isOfConsistency, from != nil {
                throw Failure.input("\(file) is not a proof of consistency: omit --from.")
            }
            let earlier = try from.map(Checkpoint.read)
            let verified: VerifiedText
            do throws(ProofError) {
                verified = try VerifiedText(bytes, by: key, origin: origin, from: earlier)
            } catch {
                throw Failure(error).preceded(by: "\(file): ")
            }
            try await verified.write(to: output)
            return .fine
        }
    }
}
