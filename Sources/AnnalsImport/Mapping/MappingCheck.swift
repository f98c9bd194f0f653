internal import Annals
internal import AnnalsSchema

extension ImportMapping {
    /// Checks the names of the mapping against the objects of a store, so that a wrong one is
    /// reported once and not for every row.
    func check(_ schema: Schema) throws(ImportError) {
        let type = try Self.object(object, in: schema, at: "object")
        let keyField = try Self.field(key.field, of: type, at: "key.field")
        guard keyField.findsRecords else {
            throw .mapping(
                place: "key.field",
                reason: "\(key.field) is not an external id of \(object)"
            )
        }
        var mapped: [Field] = []
        for rule in fields {
            let place = "fields.\(rule.name)"
            let field = try Self.field(rule.name, of: type, at: place)
            if let other = mapped.first(where: { $0.id == field.id }) {
                throw .mapping(place: place, reason: "\(other.name) is mapped twice")
            }
            mapped.append(field)
            // Reported here, or it would be reported for every row.
            guard !field.properties.isDisjoint(with: [.create, .update]) else {
                throw .mapping(
                    place: place,
                    reason: "\(field.name) of \(object) can be neither created nor updated"
                )
            }
        }
        for reference in references {
            let place = reference.place
            let type = try Self.object(reference.object, in: schema, at: "\(place).reference")
            let by = try Self.field(reference.by, of: type, at: "\(place).by")
            guard by.findsRecords else {
                throw .mapping(
                    place: "\(place).by",
                    reason: "\(reference.by) is not an external id of \(reference.object)"
                )
            }
            for assignment in reference.create ?? [] {
                let name = assignment.field
                let field = try Self.field(name, of: type, at: "\(place).create.\(name)")
                guard field.has(.create) else {
                    throw .mapping(
                        place: "\(place).create.\(name)",
                        reason: "\(field.name) of \(reference.object) cannot be created"
                    )
                }
            }
        }
    }

    private static func object(
        _ name: String,
        in schema: Schema,
        at place: String
    ) throws(ImportError) -> ObjectType {
        guard let object = schema[name] else {
            throw .mapping(
                place: place,
                reason: "the store has no object \(name)"
                    + schema.objects.map(\.name).suggestion(for: name)
            )
        }
        return object
    }

    private static func field(
        _ name: String,
        of object: ObjectType,
        at place: String
    ) throws(ImportError) -> Field {
        guard let field = object[name] else {
            throw .mapping(
                place: place,
                reason: "\(object.name) has no field \(name)"
                    + object.fields.map(\.name).suggestion(for: name)
            )
        }
        return field
    }
}

extension Field {
    /// Whether the engine finds records by its values.
    var findsRecords: Bool {
        isIndexed && !properties.isDisjoint(with: [.externalID, .idLookup, .unique])
    }

    /// How a value of the field is remembered: values that are equal to the engine are equal, such
    /// as the numbers 7, 7.0 and 07.
    ///
    /// - Returns: `nil` for what is not a value. What the field cannot hold is remembered as it is:
    ///   no record has it.
    func key(of text: String) -> TextKey? {
        let value = (try? normalized(.text(text), isTruncating: false)) ?? .text(text)
        if value == .null { return nil }
        let isExact = !kind.isText || !has(.unique) || has(.caseSensitive)
        return TextKey(isExact ? value.description : value.description.inSmallLetters)
    }
}
