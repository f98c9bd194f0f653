import AnnalsJSON
import ArgumentParser

struct VersionCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Show the versions of the program, of the store format and of LMDB.",
        discussion: "  annals version --json"
    )

    @OptionGroup var output: OutputOptions

    var writesJSON: Bool { output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        if output.writesJSON {
            try output.line(
                .object([
                    ("version", .text(Version.text)), ("format", .text(Version.format)),
                    ("lmdb", .text(Version.lmdb)),
                ])
            )
        } else {
            try output.line(
                "annals \(Version.text), store format \(Version.format), LMDB \(Version.lmdb)"
            )
        }
        return .fine
    }
}
