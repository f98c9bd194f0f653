import Annals
import AnnalsJSON
import ArgumentParser

struct ProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove what is in the log, to someone without the store.",
        discussion: """
              annals prove inclusion contacts --position 4711 --output 4711.tlog-proof
              annals prove consistency contacts --from monday.checkpoint

            `annals proof verify` checks such a proof.
            """,
        subcommands: [Inclusion.self, Consistency.self]
    )

    struct Inclusion: Subcommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that an event, or a transaction, is in the log.",
            discussion: """
                  annals prove inclusion contacts --position 4711 --output 4711.tlog-proof
                  annals prove inclusion contacts --transaction 12 --key contacts.key

                The proof of an event shows its values, unless --without-values; that of a \
                transaction shows none, unless --with-values. For other events it shows who did \
                what to which record when.
                """
        )

        @OptionGroup var options: StoreOptions

        @Option(help: "The position of an event.")
        var position: Position?

        @Option(help: ArgumentHelp("The number of a transaction.", valueName: "number"))
        var transaction: UInt64?

        @Flag(help: "Show the values of all events of the transaction.")
        var withValues = false

        @Flag(help: "Show no values.")
        var withoutValues = false

        @OptionGroup var choice: CheckpointChoice
        @OptionGroup var file: OutputFile

        var writesJSON: Bool { options.output.json }

        func validate() throws {
            if (position == nil) == (transaction == nil) {
                throw ValidationError("Give --position or --transaction.")
            }
            if withValues, withoutValues {
                throw ValidationError("Give --with-values or --without-values, not both.")
            }
        }

        func answer(to output: Output) async throws -> ExitStatus {
            let (store, checkpoint) = try await choice.checkpoint(options)
            let proof: Proof
            do throws(StoreError) {
                proof = try await prove(store, checkpoint)
            } catch {
                guard case .proof(.notIncluded) = error else { throw error }
                throw Failure(
                    "NOT_INCLUDED",
                    "The checkpoint tells of \(checkpoint.size) transactions, and this is not in "
                        + "them.",
                    .callRefused
                )
            }
            let json = JSONValue.object([
                ("kind", .text("inclusion")),
                ("transaction", .integer(proof.index + 1)),
                ("size", .integer(checkpoint.size)),
                ("proof", .text(proof.description)),
            ])
            try file.write(proof.description, to: output, json)
            return .fine
        }

        private func prove(
            _ store: RecordStore,
            _ checkpoint: Checkpoint
        ) async throws(StoreError) -> Proof {
            if let transaction {
                return try await store.proveInclusion(
                    ofTransaction: transaction,
                    in: checkpoint,
                    showing: withValues ? .all : .none
                )
            }
            return try await store.proveInclusion(
                of: position ?? .beforeFirst,
                in: checkpoint,
                showing: withValues ? .all : withoutValues ? .none : .event
            )
        }
    }

    struct Consistency: Subcommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that the log still begins with the contents of a checkpoint.",
            discussion: """
                  annals prove consistency contacts --from monday.checkpoint --key contacts.key

                Exit code 4 if it does not: the log was altered, or is another one.
                """
        )

        @OptionGroup var options: StoreOptions

        @Option(help: ArgumentHelp("The earlier checkpoint.", valueName: "file"))
        var from: String

        @OptionGroup var choice: CheckpointChoice
        @OptionGroup var file: OutputFile

        var writesJSON: Bool { options.output.json }

        func answer(to output: Output) async throws -> ExitStatus {
            let earlier = try Checkpoint.read(from)
            let (store, checkpoint) = try await choice.checkpoint(options)
            let proof = try await store.proveConsistency(from: earlier, to: checkpoint)
            let json = JSONValue.object([
                ("kind", .text("consistency")),
                ("from", .integer(earlier.size)),
                ("size", .integer(checkpoint.size)),
                ("proof", .text(proof.description)),
            ])
            try file.write(proof.description, to: output, json)
            return .fine
        }
    }
}

/// The checkpoint that a proof leads to.
struct CheckpointChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Prove it for this checkpoint; default: the last one that the store has issued.",
            valueName: "file"
        ),
        completion: .file()
    )
    var checkpoint: String?

    @Option(
        help: ArgumentHelp("Sign a new checkpoint with the key in this file.", valueName: "file"),
        completion: .file()
    )
    var key: String?

    func validate() throws {
        if checkpoint != nil, key != nil {
            throw ValidationError("Give --checkpoint or --key, not both.")
        }
    }

    func checkpoint(_ options: StoreOptions) async throws -> (RecordStore, Checkpoint) {
        if let key {
            let key = try SigningKeyFile.read(key)
            let store = try options.openForWriting(DurabilityOptions.parse([]))
            return (store, try await store.checkpoint(signedWith: key))
        }
        let store = try options.openForReading()
        if let checkpoint { return (store, try Checkpoint.read(checkpoint)) }
        return await (store, try store.requireLastCheckpoint())
    }
}

extension Checkpoint {
    static func read(_ path: String) throws -> Checkpoint {
        let bytes = try InputText.read(path)
        do throws(ProofError) {
            return try Checkpoint(SignedNote(bytes: bytes[...]))
        } catch {
            throw Failure(error).preceded(by: "\(path): ")
        }
    }
}
