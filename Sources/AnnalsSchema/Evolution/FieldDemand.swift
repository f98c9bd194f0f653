/// What a change of a field requires of existing records.
package struct FieldDemand: Sendable {
    package enum Rule: Sendable {
        /// No two live records hold the same value, as the field compares them.
        case distinct
        /// Every record that is live, or can be brought back, holds a value.
        case present
    }

    package let object: ObjectType
    /// The field after the change.
    package let field: Field
    package let rule: Rule

    /// All that follow from `definitions`, which replace those of `schema`.
    package static func all(
        of definitions: [ObjectType.Definition],
        over schema: Schema
    ) -> [FieldDemand] {
        var demands: [FieldDemand] = []
        for definition in definitions {
            guard let object = schema.object(code: definition.code) else { continue }
            for field in definition.fields {
                guard let before = object.field(field.id) else { continue }
                let isLooser = before.has(.caseSensitive) && !field.has(.caseSensitive)
                if field.has(.unique), !before.has(.unique) || isLooser {
                    demands.append(FieldDemand(object: object, field: field, rule: .distinct))
                }
                if before.has(.nillable), !field.has(.nillable) {
                    demands.append(FieldDemand(object: object, field: field, rule: .present))
                }
            }
        }
        return demands
    }

    /// Why records prevent the change.
    ///
    /// - Parameter records: Those that hold one value, or none; some groups of them.
    package func error(_ records: [[RecordID]]) -> SchemaError {
        let named = records.prefix(5).map { group in
            group.prefix(5).map(\.description).joined(separator: " and ")
        }.joined(separator: "; ")
        let place = "\(object.name).\(field.name)"
        return switch rule {
        case .distinct:
            SchemaError(place, "it cannot become unique: records hold the same value: \(named)")
        case .present: SchemaError(place, "it cannot be required: records hold null: \(named)")
        }
    }
}
