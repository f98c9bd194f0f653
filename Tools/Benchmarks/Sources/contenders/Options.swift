internal import Measuring

/// The options of the command line.
struct Options {
    static let usage = """
        usage: contenders [n] [--batch COUNT] [--rounds COUNT] [--dir FOLDER]
                          [--work WORK]... [--only CONTENDER]...

        Creates n records (300000) in calls of COUNT (200), reads and updates them, and prints a
        line of JSON for each work of each contender; with several rounds, medians of the ratios to
        raw LMDB at the end. Stores lie in FOLDER (beside the build folder) while it runs.

        works:      \(Work.allCases.map(\.rawValue).joined(separator: " "))
        contenders: \(StorageContender.Library.allCases.map(\.rawValue).joined(separator: " "))
        """

    struct Misuse: Error {
        let reason: String
    }

    var recordCount: UInt64 = 300_000
    var batch: UInt32 = 200
    var roundCount = 1
    var folder: String?
    var works: Set<Work> = []
    var libraries: Set<StorageContender.Library> = []
    var asksForHelp = false

    init(_ arguments: some Sequence<String>) throws(Misuse) {
        var rest = arguments.makeIterator()
        while let argument = rest.next() {
            switch argument {
            case "--batch": batch = try Self.count(rest.next(), of: argument)
            case "--rounds": roundCount = try Self.count(rest.next(), of: argument)
            case "--dir": folder = try Self.value(rest.next(), of: argument)
            case "--work": works.insert(try Self.choice(rest.next(), of: argument))
            case "--only": libraries.insert(try Self.choice(rest.next(), of: argument))
            case "--help", "-h": asksForHelp = true
            default: recordCount = try Self.count(argument, of: "n")
            }
        }
        if works.isEmpty { works = Set(Work.allCases) }
        if libraries.isEmpty { libraries = Set(StorageContender.Library.allCases) }
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

    private static func choice<Choice: RawRepresentable<String>>(
        _ text: String?,
        of name: String
    ) throws(Misuse) -> Choice {
        let text = try value(text, of: name)
        guard let choice = Choice(rawValue: text) else {
            throw Misuse(reason: "\(name) cannot be \(text)")
        }
        return choice
    }
}
