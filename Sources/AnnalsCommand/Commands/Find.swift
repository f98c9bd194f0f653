import Annals
import AnnalsSchema
import ArgumentParser

struct Find: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Find records by the value of an indexed field.",
        discussion: """
              annals find contacts User Username ng@example.com
              annals find contacts ContactRequest WhoId 003000000000001AAA --ids

            `annals schema STORE OBJECT` shows which fields are indexed. A reference is found by \
            ids of 15 and of 18 characters, CreatedDate by a time to the second. A value that the \
            field cannot hold is rejected.
            """
    )

    @OptionGroup var options: StoreOptions

    @Argument(help: "The object, such as ContactRequest.")
    var object: String

    @Argument(help: "An indexed field, such as Name.")
    var field: String

    @Argument(help: "The value of the field.")
    var value: String

    @Option(help: ArgumentHelp("The fields to show.", valueName: "names"))
    var fields: FieldNames?

    @Flag(help: "Show only ids, one per line.")
    var ids = false

    @Option(help: "The maximum number of records.")
    var limit = 1000

    @OptionGroup var caller: CallerOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let store = try options.openForReading()
        let session = try caller.session(of: store)
        let key = try session.selection(of: object, [field]).object
        guard key[field]?.isIndexed == true else {
            throw Failure("INVALID_FIELD", "\(key.name).\(field) is not indexed.", .callRefused)
        }
        guard let indexed = key[field] else { return .fine }
        try store.requirePossible(value, in: indexed)
        let names = fields?.names ?? ["Id", "Name"]
        let selection = try session.selection(of: object, names)
        let found = try await session.find(value, in: field, of: object, limit: max(0, limit))
        if ids {
            for id in found { try output.line(id.description) }
            return .fine
        }
        for id in found {
            if let record = try await session.retrieve(selection, id: id) {
                try output.record(record, apiVersion: session.apiVersion)
            }
        }
        if found.isEmpty, !output.writesJSON { try output.line("None.") }
        return .fine
    }
}

extension RecordStore {
    /// Rejects a value that no record can hold: an empty answer would hide a mistake.
    fileprivate func requirePossible(_ value: String, in field: Field) throws(Failure) {
        let normalized: Value
        do throws(RecordError) {
            normalized = try field.normalized(.text(value), isTruncating: false)
        } catch {
            throw Failure(error.statusCode.rawValue, "\(error.message).", .callRefused)
        }
        if normalized == .null {
            throw .input("Give a value: records without one are in no index.")
        }
        guard case .id(let id) = normalized else { return }
        let object = schema.object(prefix: id.prefix)?.name
        guard let object, field.referenceTo.contains(object) else {
            let targets = field.referenceTo.joined(separator: ", ")
            throw Failure(
                "INVALID_ID_FIELD",
                "\(field.name) refers to \(targets), and \(id) is not an id of \(targets).",
                .callRefused
            )
        }
    }
}
