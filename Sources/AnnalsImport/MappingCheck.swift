internal import Annals

extension ImportMapping {
    /// Holds the names of the mapping against the objects of a store, so that a wrong one is told
    /// once and not for every row.
    func check(_ schema: Schema) throws(ImportError) {
        let type = try Self.object(object, in: schema, at: "object")
        let keyField = try Self.field(key.field, of: type, at: "key.field")
        guard keyField.findsRecords else {
            throw .mapping(
                place: "key.field",
                reason: "\(key.field) is no external id of \(object)"
            )
        }
        for field in fields {
            _ = try Self.field(field.name, of: type, at: "fields.\(field.name)")
        }
        for reference in references {
            let place = reference.place
            let type = try Self.object(reference.object, in: schema, at: "\(place).reference")
            let by = try Self.field(reference.by, of: type, at: "\(place).by")
            guard by.findsRecords else {
                throw .mapping(
                    place: "\(place).by",
                    reason: "\(reference.by) is no external id of \(reference.object)"
                )
            }
            for assignment in reference.create ?? [] {
                let name = assignment.field
                _ = try Self.field(name, of: type, at: "\(place).create.\(name)")
            }
        }
    }

    private static func object(
        _ name: String,
        in schema: Schema,
        at place: String
    ) throws(ImportError) -> ObjectType {
        guard let object = schema[name] else {
            throw .mapping(place: place, reason: "the store has no object \(name)")
        }
        return object
    }

    private static func field(
        _ name: String,
        of object: ObjectType,
        at place: String
    ) throws(ImportError) -> Field {
        guard let field = object[name] else {
            throw .mapping(place: place, reason: "\(object.name) has no field \(name)")
        }
        return field
    }
}

extension Field {
    /// Whether the engine finds records by its values.
    var findsRecords: Bool {
        isIndexed && !properties.isDisjoint(with: [.externalID, .idLookup, .unique])
    }

    /// The text under which a value of the field is remembered: two that the engine takes for
    /// the same are the same.
    func comparable(_ text: String) -> String {
        let trimmed = text.trimmingWhiteSpace()
        return has(.unique) && !has(.caseSensitive) ? trimmed.lowercased() : trimmed
    }
}
