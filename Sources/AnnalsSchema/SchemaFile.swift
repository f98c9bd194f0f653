/// Custom objects, custom fields and settings of standard fields, as a person declares them.
public struct SchemaFile: Sendable, Decodable {
    public struct ObjectDeclaration: Sendable, Decodable {
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

        enum CodingKeys: String, CodingKey {
            case name, label, keyPrefix, nameField, fields
            case labelPlural = "pluralLabel"
        }
    }

    public struct NameFieldDeclaration: Sendable, Decodable {
        public var label: String?
        public var type: String?
        public var displayFormat: String?
    }

    public struct FieldDeclaration: Sendable, Decodable {
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

        /// A declaration that says nothing yet: set what the field is to have.
        public init(name: String) { self.name = name }
    }

    public struct PicklistValue: Sendable, Decodable {
        public var value: String
        public var label: String?
        public var `default`: Bool?
        public var active: Bool?
    }

    public enum DefaultValue: Sendable, Decodable {
        case text(String)
        case boolean(Bool)
        case integer(Int)

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .boolean(flag)
            } else if let number = try? container.decode(Int.self) {
                self = .integer(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    public var objects: [ObjectDeclaration]

    public init(objects: [ObjectDeclaration]) { self.objects = objects }
}
