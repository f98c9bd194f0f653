/// Custom objects, custom fields and settings of standard fields, as a person declares them.
///
/// What a declaration leaves out (`nil`) is unchanged, or has the default of a new field
/// (SchemaFiles.md).
public struct SchemaFile: Sendable, Hashable {
    package struct ObjectDeclaration: Sendable, Hashable {
        package var name: String
        package var label: String?
        package var labelPlural: String?
        package var keyPrefix: String?
        package var nameField: NameFieldDeclaration?
        package var fields: [FieldDeclaration]?

        package init(name: String, fields: [FieldDeclaration] = []) {
            self.name = name
            self.fields = fields
        }
    }

    package struct NameFieldDeclaration: Sendable, Hashable {
        package var label: String?
        package var type: String?
        package var displayFormat: String?

        package init() {}
    }

    package struct FieldDeclaration: Sendable, Hashable {
        package var name: String
        package var label: String?
        package var type: String?
        package var length: Int?
        package var required: Bool?
        package var unique: Bool?
        package var caseSensitive: Bool?
        package var externalId: Bool?
        package var indexed: Bool?
        package var `default`: DefaultValue?
        package var values: [PicklistValue]?
        package var restricted: Bool?
        package var referenceTo: [String]?
        package var relationshipName: String?
        package var onTargetDeletion: Field.DeletionRule?
        package var minimum: Int?
        package var maximum: Int?
        package var displayFormat: String?
        /// Settings to remove: `null` in the file.
        package var removed: Set<RemovableSetting> = []

        /// An empty declaration: set the properties that the field should have.
        package init(name: String) { self.name = name }
    }

    /// Optional properties of a field.
    package enum RemovableSetting: String, Sendable, Hashable, CaseIterable {
        case `default`, minimum, maximum, relationshipName
    }

    package struct PicklistValue: Sendable, Hashable {
        package var value: String
        package var label: String?
        package var `default`: Bool?
        package var active: Bool?

        package init(_ value: String) { self.value = value }
    }

    package enum DefaultValue: Sendable, Hashable {
        case text(String)
        case boolean(Bool)
        case integer(Int)
    }

    package var objects: [ObjectDeclaration]

    package init(objects: [ObjectDeclaration]) { self.objects = objects }
}
