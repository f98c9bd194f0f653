import Annals
import AnnalsJSON
import ArgumentParser

struct CheckpointCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Sign the current log, or show what was signed last.",
        discussion: """
              annals checkpoint contacts --key contacts.key > monday.checkpoint
              annals checkpoint contacts

            A checkpoint is a signed note: the log's origin, its number of transactions and the \
            root of the Merkle tree over them. Keep it where no one can alter both it and the \
            store: what it covers can then not be changed without being noticed. The store keeps \
            those that it has issued, and issues none that does not continue from the last.
            """
    )

    @OptionGroup var options: StoreOptions

    @Option(
        help: ArgumentHelp("Sign with the key in this file.", valueName: "file"),
        completion: .file()
    )
    var key: String?

    @OptionGroup var file: OutputFile

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        // What is signed is kept: so nothing is signed if the output cannot be written.
        try file.requireFree()
        let checkpoint: Checkpoint
        if let key {
            let key = try SigningKeyFile.read(key)
            let store = try options.openForWriting(DurabilityOptions.parse([]))
            checkpoint = try await store.checkpoint(signedWith: key)
        } else {
            checkpoint = try await options.openForReading().requireLastCheckpoint()
        }
        try file.write(checkpoint.description, to: output, JSONValue(checkpoint))
        return .fine
    }
}

extension RecordStore {
    func requireLastCheckpoint() async throws -> Checkpoint {
        guard let checkpoint = try await lastCheckpoint() else {
            throw Failure(
                "NO_CHECKPOINT",
                "The store has issued no checkpoint yet: sign one with `annals checkpoint \(path) "
                    + "--key FILE`.",
                .callRefused
            )
        }
        return checkpoint
    }
}

extension JSONValue {
    init(_ checkpoint: Checkpoint) {
        self = .object([
            ("origin", .text(checkpoint.origin)),
            ("size", .integer(checkpoint.size)),
            ("root", .text(checkpoint.rootBytes.hexadecimal)),
            ("signers", .texts(checkpoint.note.signers)),
            ("note", .text(checkpoint.description)),
        ])
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
