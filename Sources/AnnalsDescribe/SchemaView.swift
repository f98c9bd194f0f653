public import AnnalsSchema

/// A schema as a client of one API version sees it: what is newer is not there
/// (Specification: fields 7.2), and what it describes has that version's shape.
///
/// It reads no store. A store's own are `Session.describeGlobal`, `describeSObjects` and
/// `describeLayout`.
public struct SchemaView: Sendable {
    package let schema: Schema
    package let apiVersion: Int
    /// Where people see records: what `uiDetailTemplate` and its like begin with.
    package let instanceURL: String

    public init(_ schema: Schema, apiVersion: Int, instanceURL: String = "") {
        self.schema = schema
        self.apiVersion = apiVersion
        self.instanceURL = instanceURL
    }

    /// The objects that the version knows, by name.
    package var objects: [ObjectType] {
        schema.objects.filter(knows).sorted { $0.name.lowercased() < $1.name.lowercased() }
    }

    package func knows(_ object: ObjectType) -> Bool { object.definition.since <= apiVersion }

    package func knows(_ field: Field) -> Bool { field.since <= apiVersion }

    /// The object of that name, whatever the case of its letters; `nil` where the version has none.
    public func object(_ name: String) -> ObjectType? {
        schema[name].flatMap { knows($0) ? $0 : nil }
    }

    func fields(of object: ObjectType) -> [Field] { object.fields.filter(knows) }

    /// Whether the object members came with API 50.0: at 48.0 they were not there.
    var hasAssociations: Bool { apiVersion >= 50 }

    /// Whether layout items tell `uiBehavior`, which the 67.0 guide adds.
    var hasLayoutBehavior: Bool { apiVersion >= 67 }
}
