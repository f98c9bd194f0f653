import Annals

/// A line of the shell that is not SOQL.
enum ShellCall: Equatable {
    case help
    case quit
    case describe(String?)
    case explain(Bool)
    case plan(String)
    case all(Bool)
    case asOf(QueryOptions.Moment, text: String)
    case now
    case mode(AnswerFormat)

    /// Names with their arguments, for help and for completion.
    static let known: [(name: String, given: String, help: String)] = [
        (".help", "", "Show this."),
        (".describe", "[OBJECT]", "Show the objects, or the fields and children of one."),
        (".explain", "on|off|QUERY", "Show how rows would be found, instead of the rows."),
        (".all", "on|off", "Include deleted records that are not purged."),
        (".as-of", "POSITION|TIME|DAY|now", "Query the records as they were then."),
        (".mode", "table|json|csv", "How rows are written."),
        (".quit", "", "Leave, as does the end of input, Ctrl-D."),
    ]

    init(_ line: String) throws(Failure) {
        let words = line.trimmed.split(maxSplits: 1) { $0.isWhitespace }.map(String.init)
        let name = words[0].lowercased()
        let given = words.count > 1 ? words[1].trimmed.withoutSemicolon : ""
        switch (name.withoutSemicolon, given) {
        case (".help", ""): self = .help
        case (".quit", ""), (".exit", ""): self = .quit
        case (".describe", _): self = .describe(given.isEmpty ? nil : given)
        case (".explain", "on"), (".explain", ""): self = .explain(true)
        case (".explain", "off"): self = .explain(false)
        case (".explain", _): self = .plan(given)
        case (".all", "on"), (".all", ""): self = .all(true)
        case (".all", "off"): self = .all(false)
        case (".as-of", "now"), (".as-of", ""): self = .now
        case (".as-of", _):
            guard let moment = QueryOptions.Moment(given) else {
                throw .input(
                    ".as-of takes a position such as 1200, a time such as "
                        + "2026-01-31T08:15:30Z, a day such as 2026-01-31, or now."
                )
            }
            self = .asOf(moment, text: given)
        case (".mode", _):
            guard let format = AnswerFormat(rawValue: given) else {
                throw .input(".mode takes table, json or csv.")
            }
            self = .mode(format)
        default:
            if let known = Self.known.first(where: { $0.name == name }) {
                throw .input("\(name) takes \(known.given.isEmpty ? "nothing" : known.given).")
            }
            throw .input("There is no \(name); .help shows what there is.")
        }
    }
}

extension String {
    fileprivate var withoutSemicolon: String {
        var text = self[...]
        while text.last == ";" { text.removeLast() }
        return String(text).trimmed
    }
}
