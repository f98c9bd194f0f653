import Annals
import AnnalsSOQL
import ArgumentParser

struct QueryCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Run a SOQL query.",
        discussion: """
              annals query contacts "SELECT Id, Status, Owner.Name FROM ContactRequest"
              annals query contacts "SELECT Status, COUNT(Id) n FROM ContactRequest GROUP BY Status"
              annals query contacts "SELECT Id FROM ContactRequest" --as-of 2026-01-31T08:00:00Z
              annals query contacts "SELECT Id FROM Contact WHERE Email = 'a@b.c'" --explain
              annals query contacts "SELECT Id FROM Contact WHERE Email = :email" --bind "email=$EMAIL"
              annals query contacts - --csv < query.soql > answer.csv

            The calls query, queryMore to the last batch, and queryAll with --all. The rows are \
            written as they arrive.

            A table shows a parent's fields as columns, children below their record, and values up \
            to 80 characters. --json writes one record per line in the format of the REST API, \
            children as {"totalSize", "done", "records"}, and nothing else; COUNT() is one line of \
            that format. --csv is RFC 4180: parents' fields as columns Owner.Name, children as \
            JSON in a cell, what TYPEOF may select as one column per field, null as an empty cell.

            --explain shows plans instead of rows, the chosen one first; with --json in the format \
            of the REST API's query plans.

            A query FOR VIEW or FOR REFERENCE opens the store for writing, since it leaves a \
            trace; all others read it alongside any writer.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "The query; - for standard input.")
    var query: String?

    @Flag(help: "Answer in CSV.")
    var csv = false

    @Flag(help: "Show how the rows would be found, not the rows.")
    var explain = false

    @OptionGroup var arguments: QueryArguments
    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        if csv, writesJSON { throw ValidationError("Give --json or --csv, not both.") }
        if csv, explain { throw ValidationError("Plans have no CSV form: give --json or neither.") }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        let text = try text()
        let isMarking = try Query(text: text, arguments.options).marksRecords && !explain
        let store =
            try isMarking
            ? options.openForWriting(DurabilityOptions.parse([])) : options.openForReading()
        let answer = QueryAnswer(
            session: try caller.session(of: store),
            options: arguments.options,
            format: writesJSON ? .json : csv ? .csv : .table
        )
        if explain {
            try await answer.explain(text, to: output)
        } else {
            Interrupt.listen()
            try await answer.write(text, to: output)
        }
        return .fine
    }

    private func text() throws -> String {
        if let query, query != "-" { return query }
        let input = try InputText(
            path: query,
            missing: "Give a query, such as 'SELECT Id FROM ContactRequest', or - to read one."
        )
        return try input.text()
    }
}
