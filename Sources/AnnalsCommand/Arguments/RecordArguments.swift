import Annals
import AnnalsJSON
import ArgumentParser

/// The records of `create`, `update` and `upsert`: from an argument, a file or standard input.
struct RecordArguments: ParsableArguments {
    @Argument(help: "The object of records that do not name theirs, such as ContactRequest.")
    var object: String?

    @Argument(
        help: ArgumentHelp(
            "The records: an object, an array, or JSON Lines.",
            discussion: "Read from --file, or else from standard input, if not given."
        )
    )
    var json: String?

    @Option(
        name: .shortAndLong,
        help: "A file with the records.",
        completion: .file(extensions: ["json", "jsonl"])
    )
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Reject the record unless this is the position of its last event; for one record.",
            valueName: "position"
        )
    )
    var expect: Position?

    /// The records as given.
    func records(of schema: Schema) throws -> [SObject] {
        // The object may be left out, so the first argument may be the records already.
        let firstIsJSON = object.map { $0.hasPrefix("{") || $0.hasPrefix("[") } ?? false
        let given = firstIsJSON ? object : json
        if given != nil, file != nil {
            throw ValidationError("Give the records as an argument or with --file, not both.")
        }
        if firstIsJSON, json != nil {
            throw ValidationError("Give the name of the object before the records.")
        }
        let input =
            if let given {
                InputText(given, name: "the argument")
            } else {
                try InputText(path: file, missing: "Give the records, or --file.")
            }
        let entries = try JSONInput(input.bytes, name: input.name).entries()
        var records: [SObject] = []
        for entry in entries {
            let reader = RecordReader(
                schema: schema,
                object: firstIsJSON ? nil : object,
                place: "\(input.name), line \(entry.line)"
            )
            if case .array(let values) = entry.value {
                for value in values { records.append(try reader.record(value)) }
            } else {
                records.append(try reader.record(entry.value))
            }
        }
        guard !records.isEmpty else { throw Failure.input("\(input.name) contains no record.") }
        if let expect {
            guard records.count == 1 else {
                throw ValidationError("--expect is for one record, and there are \(records.count).")
            }
            records[0].expectedPosition = expect
        }
        return records
    }
}
