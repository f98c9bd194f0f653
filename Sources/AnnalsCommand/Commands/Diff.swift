import Annals
import AnnalsJSON
import ArgumentParser

struct Diff: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the differences between two moments: records and fields.",
        discussion: """
              annals diff contacts --from 2026-05-01 --to 2026-05-08
              annals diff contacts --from 1200 --object Contact --field Email --json

            \(MomentHelp.text) Told are records that were created, deleted, undeleted or changed, and how many of each; \
            with --json one line per record, and one with the counts at the end. What is deleted \
            at both moments, or has been erased since, is left out.
            """
    )

    @OptionGroup var options: StoreOptions

    @Option(help: ArgumentHelp("The earlier moment.", valueName: "moment"))
    var from: QueryOptions.Moment

    @Option(help: ArgumentHelp("The later moment; default: now.", valueName: "moment"))
    var to: QueryOptions.Moment?

    @Option(
        help: ArgumentHelp("Only records of this object; may be repeated.", valueName: "name")
    )
    var object: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only this field, such as Status or Contact.Email; may be repeated.",
            valueName: "name"
        )
    )
    var field: [String] = []

    var writesJSON: Bool { options.output.json }

    func validate() throws {
        if let to, from.isLater(than: to) == true {
            throw ValidationError("--from is later than --to: swap them.")
        }
    }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        Interrupt.listen()
        let differences = try await differences(in: store)
        let counts = RecordDifference.Kind.allCases.map { kind in
            (name: kind.rawValue, count: differences.count { $0.kind == kind })
        }
        if output.writesJSON {
            for difference in differences { try output.line(JSONValue(difference)) }
            let all = counts.map { ($0.name, JSONValue.integer($0.count)) }
            try output.line(.object([("counts", .object(all))]))
            return .fine
        }
        var table = TextTable("what", "object", "record", "field", "from", "to")
        for difference in differences { table.add(difference) }
        if !differences.isEmpty { try output.table(table) }
        try output.line(counts.map { "\($0.count) \($0.name)" }.joined(separator: ", "))
        return .fine
    }

    private func differences(
        in store: RecordStore
    ) async throws(StoreError) -> [RecordDifference] {
        let (from, to, object, field) = (from, to, object, field)
        let label = StageBars.Label(text: "Comparing", unit: "transactions")
        return try await StageBars.run([.log: label]) { (progress) throws(StoreError) in
            try await store.session().differences(
                from: from,
                to: to,
                objects: object,
                fields: field,
                progress: progress
            )
        }
    }
}

extension TextTable {
    fileprivate mutating func add(_ difference: RecordDifference) {
        let start = [
            difference.kind.rawValue, difference.object, difference.record.description,
        ]
        if difference.changes.isEmpty { add(start + ["", "", ""]) }
        for (index, change) in difference.changes.enumerated() {
            add(
                (index == 0 ? start : ["", "", ""]) + [
                    change.field,
                    difference.kind == .created ? "" : change.before.shown,
                    change.after.shown,
                ]
            )
        }
    }
}

extension JSONValue {
    fileprivate init(_ difference: RecordDifference) {
        self = .object([
            ("kind", .text(difference.kind.rawValue)),
            ("object", .text(difference.object)),
            ("record", JSONValue(difference.record)),
            ("changes", .array(difference.changes.map { JSONValue($0) })),
        ])
    }
}

extension QueryOptions.Moment {
    /// Whether it is later than another; `nil` if they are equal, or a position and a time.
    func isLater(than other: QueryOptions.Moment) -> Bool? {
        switch (self, other) {
        case (.position(let mine), .position(let others)): mine == others ? nil : mine > others
        case (.time(let mine), .time(let others)): mine == others ? nil : mine > others
        default: nil
        }
    }
}
