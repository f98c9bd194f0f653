internal import Measuring

/// The options of the command line.
struct Options {
    static let usage = """
        usage: annals-benchmark [--n COUNT] [--rounds COUNT] [--json FILE] [--svg FILE]
                                [--dir FOLDER] [--work WORK]... [--only CONTENDER]...

        Holds the engine against raw LMDB, SQLite and PostgreSQL: COUNT records (1000000) are
        created in calls of 200, read and updated, by everybody in turn, in COUNT rounds (3). Prints
        medians of what the rounds gave and the floors that the engine has to keep; progress goes to
        standard error, every measurement to --json, the floors as a picture to --svg. Stores lie in
        FOLDER (beside the build folder) while it runs: on a disk, not in memory. PostgreSQL takes
        part where the packages postgresql and libpq5 are installed.

        works:      \(Work.allCases.map(\.rawValue).joined(separator: " "))
        contenders: engine engine-4 engine-64 engine-journal engine-journal-64 lmdb sqlite postgresql
        """

    struct Misuse: Error {
        let reason: String
    }

    var recordCount: UInt64 = 1_000_000
    var roundCount = 3
    var jsonFile: String?
    var chartFile: String?
    var folder: String?
    /// All if none is named.
    var works: Set<Work> = []
    var contenders: Set<String> = []
    var asksForHelp = false

    init(_ arguments: some Sequence<String>) throws(Misuse) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            switch argument {
            case "--n": recordCount = try Self.count(rest.next(), of: argument)
            case "--rounds": roundCount = try Self.count(rest.next(), of: argument)
            case "--json": jsonFile = try Self.value(rest.next(), of: argument)
            case "--svg": chartFile = try Self.value(rest.next(), of: argument)
            case "--dir": folder = try Self.value(rest.next(), of: argument)
            case "--work":
                let name = try Self.value(rest.next(), of: argument)
                guard let work = Work(rawValue: name) else {
                    throw Misuse(reason: "there is no work \(name)")
                }
                works.insert(work)
            case "--only": contenders.insert(try Self.value(rest.next(), of: argument))
            case "--help", "-h": asksForHelp = true
            default: throw Misuse(reason: "there is no option \(argument)")
            }
        }
    }

    func asks(for contender: String) -> Bool {
        contenders.isEmpty || contenders.contains(contender)
    }

    private static func value(_ text: String?, of name: String) throws(Misuse) -> String {
        guard let text else { throw Misuse(reason: "\(name) needs a value") }
        return text
    }

    private static func count<Count: FixedWidthInteger>(
        _ text: String?,
        of name: String
    ) throws(Misuse) -> Count {
        let text = try value(text, of: name)
        guard let count = Count(text), count >= 1 else {
            throw Misuse(reason: "\(name) is a number from 1, not \(text)")
        }
        return count
    }
}
