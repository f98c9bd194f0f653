import Annals
import ArgumentParser

/// The ids of `delete`, `undelete`, `empty` and `retrieve`.
struct IDArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The ids of the records.",
            discussion: "Read from --file, or else from standard input, if none is given."
        )
    )
    var ids: [String] = []

    @Option(
        name: .shortAndLong,
        help: "A file with ids, separated by white space.",
        completion: .file()
    )
    var file: String?

    func references(expecting position: Position? = nil) throws -> [RecordReference] {
        if !ids.isEmpty, file != nil {
            throw ValidationError("Give the ids as arguments or with --file, not both.")
        }
        var texts = ids
        if texts.isEmpty {
            let input = try InputText(path: file, missing: "Give the ids, or --file.")
            texts = try input.text().split(
                whereSeparator: \.isWhitespace
            )
            .map(String.init)
            guard !texts.isEmpty else { throw Failure.input("\(input.name) contains no id.") }
        }
        if position != nil, texts.count > 1 {
            throw ValidationError("--expect is for one record, and there are \(texts.count).")
        }
        return texts.map { RecordReference(text: $0, expectedPosition: position) }
    }
}
