internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

/// The field by which an upsert finds records (Specification: calls 2.3).
struct UpsertKey {
    let field: Field

    init(_ name: String, of object: ObjectType, apiVersion: Int) throws(StoreError) {
        guard let field = object[name], field.since <= apiVersion,
            field.id == .id
                || !field.properties.isDisjoint(with: [.externalID, .idLookup]) && field.isIndexed
        else {
            throw .fault(
                Fault(
                    .invalidField,
                    "Field name provided, \(name) does not match an External ID, Salesforce Id, "
                        + "or indexed field for \(object.name)"
                )
            )
        }
        self.field = field
    }

    /// The values that occur in more than one record of the call.
    func repeatedValues(in call: PreparedCall) -> Set<[UInt8]> {
        guard field.id != .id else { return [] }
        var seen: Set<[UInt8]> = []
        var repeated: Set<[UInt8]> = []
        for record in call.records {
            guard let value = record.key, !value.isEmpty else { continue }
            let comparable = comparable(value)
            if !seen.insert(comparable).inserted { repeated.insert(comparable) }
        }
        return repeated
    }

    /// The value in the form in which it is compared with others.
    func comparable(_ value: [UInt8]) -> [UInt8] {
        guard field.ignoresCase, field.kind.isText else { return value }
        return Array(String(decoding: value, as: UTF8.self).inSmallLetters.utf8)
    }

    /// The value as a message quotes it.
    func text(_ value: [UInt8]) -> String {
        (try? field.value(in: value.rawSpan, schema: Schema([])).description) ?? ""
    }
}
