package import AnnalsSchema

/// The response of `describeSObjects` for one object (Specification: describe 2.1).
///
/// Encoded, it has the members of the REST API. An encoder that sorts keys writes them in the order
/// of the specification, except for those of `urls`.
public struct ObjectDescription: Sendable, Hashable, Encodable, InJSON {
    /// The part that describeGlobal also returns.
    public let summary: ObjectSummary
    /// All fields that the API version knows, in the order of the object.
    public let fields: [FieldDescription]
    /// By the child's name; the references to this object, whether they restrict, cascade or are
    /// kept.
    public let childRelationships: [ChildRelationship]
    /// The record types: the one that every object has.
    public let recordTypeInfos: [RecordTypeInfo]
    /// What `USING SCOPE` can name.
    public let supportedScopes: [Scope]
    private let hasAssociations: Bool

    /// Whose records a query can be limited to with USING SCOPE.
    public struct Scope: Sendable, Hashable, Encodable, InJSON {
        /// What people see.
        public let label: String
        /// The word in a query, such as `everything`.
        public let name: String

        package var json: OrderedJSON { ["label": .text(label), "name": .text(name)] }
    }

    init(_ object: ObjectType, in view: SchemaView) {
        summary = ObjectSummary(object, in: view)
        fields = view.fields(of: object).map { FieldDescription($0, of: object, in: view) }
        childRelationships = view.childRelationships(of: object)
        recordTypeInfos = [RecordTypeInfo(masterOf: object, in: view)]
        supportedScopes = Scope.scopes(of: object)
        hasAssociations = view.hasAssociations
    }

    /// The API name of the object.
    public var name: String { summary.name }

    /// The field of that name, ignoring case.
    public subscript(name: String) -> FieldDescription? {
        fields.first { $0.name == name }
            ?? fields.first { $0.name.lowercased() == name.lowercased() }
    }

    package var json: OrderedJSON {
        let own: OrderedJSON = [
            "actionOverrides": [],
            "childRelationships": .list(childRelationships.map(\.json)),
            "compactLayoutable": true,
            "defaultImplementation": nil,
            "extendedBy": nil,
            "extendsInterfaces": nil,
            "fields": .list(fields.map(\.json)),
            "implementedBy": nil,
            "implementsInterfaces": nil,
            "listviewable": nil,
            "lookupLayoutable": nil,
            "namedLayoutInfos": [],
            "networkScopeFieldName": nil,
            "recordTypeInfos": .list(recordTypeInfos.map(\.json)),
            "searchLayoutable": true,
            "sobjectDescribeOption": "FULL",
            "supportedScopes": .list(supportedScopes.map(\.json)),
            "urls": summary.links.resourcesAndPages,
        ]
        let json = summary.members.merged(with: own)
        return hasAssociations ? json : json.without("sobjectDescribeOption")
    }
}

extension ObjectDescription.Scope {
    /// All records; those of a user, if records have owners; those of queues and of users, if both
    /// own records.
    fileprivate static func scopes(of object: ObjectType) -> [Self] {
        let plural = object.definition.labelPlural.lowercased()
        let everything = Self(label: "All \(plural)", name: "everything")
        guard let owner = object.fields.first(where: \.isOwner) else { return [everything] }
        let mine = Self(label: "My \(plural)", name: "mine")
        guard owner.referenceTo.contains("Group") else { return [everything, mine] }
        return [
            everything, mine, Self(label: "Queue owned \(plural)", name: "queue_owned"),
            Self(label: "User owned \(plural)", name: "user_owned"),
        ]
    }
}

extension SchemaView {
    package func description(of object: ObjectType) -> ObjectDescription {
        ObjectDescription(object, in: self)
    }
}
