package import AnnalsSchema

/// A schema as a client of one API version sees it: newer objects and fields do there
/// (Specification: fields 7.2), and its descriptions have that version's form.
///
/// It reads no store. A store's own descriptions are `Session.describeGlobal`, `describeSObjects`
/// and `describeLayout`.
package struct SchemaView: Sendable {
    package let schema: Schema
    package let apiVersion: Int
    /// Where people see records: the beginning of `uiDetailTemplate` and similar links.
    package let instanceURL: String

    package init(_ schema: Schema, apiVersion: Int, instanceURL: String = "") {
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

    /// The object of that name, ignoring case; `nil` if the version has none.
    package func object(_ name: String) -> ObjectType? {
        schema[name].flatMap { knows($0) ? $0 : nil }
    }

    func fields(of object: ObjectType) -> [Field] { object.fields.filter(knows) }

    /// Whether there are the object members that came with API 50.0: at 48.0 they were absent.
    var hasAssociations: Bool { apiVersion >= 50 }

    /// Whether layout items have `uiBehavior`, which the 67.0 guide adds.
    var hasLayoutBehavior: Bool { apiVersion >= 67 }
}
