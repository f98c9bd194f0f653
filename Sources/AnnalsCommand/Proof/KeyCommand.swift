import Annals
import AnnalsJSON
import ArgumentParser

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Create a key that signs checkpoints, or show its public half.",
        discussion: """
              annals key new contacts.key --store contacts
              annals key show contacts.key
            """,
        subcommands: [New.self, Show.self]
    )

    struct New: Subcommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an Ed25519 key and write it into a new file.",
            discussion: """
                  annals key new contacts.key --store contacts
                  annals key new contacts.key --name example.com/contacts

                Only its owner may read the file; an existing one is left alone. The output is the \
                public half, which is not secret: anyone who has it can verify what the key signs. \
                Checkpoints identify the log by the name: keep it the same for all keys of a \
                store.
                """
        )

        @Argument(help: "The file of the key.", completion: .file())
        var file: String

        @OptionGroup var output: OutputOptions

        @Option(help: "The name of the key, without spaces and pluses.")
        var name: String?

        @Option(
            help: ArgumentHelp("Use the name of this store.", valueName: "folder"),
            completion: .directory
        )
        var store: String?

        var writesJSON: Bool { output.json }

        func validate() throws {
            if (name == nil) == (store == nil) {
                throw ValidationError("Give --name or --store.")
            }
        }

        func answer(to output: Output) async throws -> ExitStatus {
            var configuration = RecordStore.Configuration()
            configuration.isReadOnly = true
            let origin = try store.map { path throws(StoreError) in
                try RecordStore(at: path, configuration: configuration).origin
            }
            let key: SigningKey
            do throws(ProofError) {
                key = try SigningKey(generating: name ?? origin ?? "")
            } catch {
                throw Failure(error)
            }
            try key.save(to: file)
            try output.key(key.verifierKey)
            return .fine
        }
    }

    struct Show: Subcommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the public half of a key.",
            discussion: """
                  annals key show contacts.key > contacts.pub
                """
        )

        @Argument(help: "The file of the key.", completion: .file())
        var file: String

        @OptionGroup var output: OutputOptions

        var writesJSON: Bool { output.json }

        func answer(to output: Output) async throws -> ExitStatus {
            try output.key(SigningKeyFile.read(file).verifierKey)
            return .fine
        }
    }
}

extension Output {
    fileprivate func key(_ key: VerifierKey) throws {
        if writesJSON { try line(JSONValue(key)) } else { try line(key.description) }
    }
}
