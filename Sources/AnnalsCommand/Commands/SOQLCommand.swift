import AnnalsJSON
import AnnalsSOQL
import ArgumentParser

struct SOQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soql",
        abstract: "Check queries without a store.",
        discussion: """
              annals soql check < queries.jsonl
            """,
        subcommands: [Check.self]
    )

    struct Check: Subcommand {
        static let configuration = CommandConfiguration(
            abstract: "Check for each query whether SOQL accepts it.",
            discussion: """
                  echo '{"q": "SELECT Id FROM ContactRequest"}' | annals soql check

                Reads JSON Lines, each an object with the query under the key q, and writes one \
                line for each, at once: {"accepted": true}, or {"accepted": false, "errorCode": …, \
                "message": …, "row": …, "column": …} in the words of the API. Grammar and rules \
                that need no schema are checked; objects and fields may have any name. For a line \
                that is not such an object it writes {"error": {"code": …, "message": …}}.

                Exit codes: 0 all queries were accepted, 1 some were not, 2 some lines were not \
                queries.
                """
        )

        var writesJSON: Bool { true }

        func answer(to output: Output) async throws -> ExitStatus {
            var status = ExitStatus.fine
            var number = 0
            while let line = readLine() {
                number += 1
                do throws(Failure) {
                    let answer = Self.answer(to: try Self.query(in: line, number))
                    if answer != Self.accepted, status == .fine { status = .recordsRefused }
                    try? output.line(answer)
                } catch {
                    status = .callRefused
                    try? output.line(error.json)
                }
                // The caller may wait for the answer before the next query.
                try output.flush()
            }
            return status
        }

        private static let accepted = JSONValue.object([("accepted", .boolean(true))])

        private static func answer(to query: String) -> JSONValue {
            do throws(SOQLError) {
                _ = try SOQLParser.parse(query)
                return accepted
            } catch {
                return .object([
                    ("accepted", .boolean(false)),
                    ("errorCode", .text(error.code.rawValue)),
                    ("message", .text(error.description)),
                    ("row", .integer(error.row)),
                    ("column", .integer(error.column)),
                ])
            }
        }

        private static func query(in line: String, _ number: Int) throws(Failure) -> String {
            let input = JSONInput(Array(line.utf8), name: "standard input")
            guard let entries = try? input.entries(), entries.count == 1,
                case .members(let members) = entries[0].value,
                case .text(let text)? = members.first(where: { $0.name == "q" })?.value
            else {
                throw .input(
                    "Line \(number) is no object with a query, such as {\"q\": \"SELECT …\"}."
                )
            }
            return text
        }
    }
}
