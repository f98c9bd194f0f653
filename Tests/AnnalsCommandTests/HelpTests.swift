import Testing

struct `The help` {
    let program = Program()

    @Test func `of the program shows a first session and the exit codes`() async throws {
        let help = try await program.run("--help")

        #expect(help.status == 0)
        #expect(help.output.contains("annals init contacts\n"))
        #expect(help.output.contains("Exit codes: 0 success;"))
    }

    @Test(arguments: [
        "init", "import", "create", "update", "upsert", "delete", "undelete", "retrieve",
        "updated", "deleted", "bin", "empty", "purge", "log", "export", "find", "info", "schema",
        "check", "rebuild", "version", "describe", "layout", "query", "shell", "soql",
    ])
    func `of a subcommand shows an example`(name: String) async throws {
        let help = try await program.run("help", name)

        #expect(help.status == 0)
        #expect(help.output.contains("  annals \(name)"))
    }
}
