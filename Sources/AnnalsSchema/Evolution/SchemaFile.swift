/// Custom objects, custom fields and settings of standard fields, as a person declares them.
///
/// What a declaration leaves out (`nil`) is unchanged, or has the default of a new field
/// (SchemaFiles.md).
public struct SchemaFile: Sendable, Hashable {
    public struct ObjectDeclaration: Sendable, Hashable {
        public var name: String
        public var label: String?
        public var labelPlural: String?
        public var keyPrefix: String?
        public var nameField: NameFieldDeclaration?
        public var fields: [FieldDeclaration]?

        public init(name: String, fields: [FieldDeclaration] = []) {
            self.name = name
            self.fields = fields
        }
    }

    public struct NameFieldDeclaration: Sendable, Hashable {
        public var label: String?
        public var type: String?
        public var displayFormat: String?

        public init() {}
    }

    public struct FieldDeclaration: Sendable, Hashable {
        public var name: String
        public var label: String?
        public var type: String?
        public var length: Int?
        public var required: Bool?
        public var unique: Bool?
        public var caseSensitive: Bool?
        public var externalId: Bool?
        public var indexed: Bool?
        public var `default`: DefaultValue?
        public var values: [PicklistValue]?
        public var restricted: Bool?
        public var referenceTo: [String]?
        public var relationshipName: String?
        public var onTargetDeletion: Field.DeletionRule?
        public var minimum: Int?
        public var maximum: Int?
        public var displayFormat: String?
        /// Settings to remove: `null` in the file.
        public var removed: Set<RemovableSetting> = []

        /// An empty declaration: set the properties that the field should have.
        public init(name: String) { self.name = name }
    }

    /// Optional properties of a field.
    public enum RemovableSetting: String, Sendable, Hashable, CaseIterable {
        case `default`, minimum, maximum, relationshipName
    }

    public struct PicklistValue: Sendable, Hashable {
        public var value: String
        public var label: String?
        public var `default`: Bool?
        public var active: Bool?

        public init(_ value: String) { self.value = value }
    }

    public enum DefaultValue: Sendable, Hashable {
        case text(String)
        case boolean(Bool)
        case integer(Int)
    }

    public var objects: [ObjectDeclaration]

    public init(objects: [ObjectDeclaration]) { self.objects = objects }
}
