internal import AnnalsSchema

/// A reference to an object, listed on the object it refers to (Specification: describe 2.5).
public struct ChildRelationship: Sendable, Hashable, Encodable, InJSON {
    /// The API name of the object that refers.
    public let childSObject: String
    /// The reference on the child.
    public let field: String
    /// The name of the children in queries; `nil` if it cannot be queried.
    public let relationshipName: String?
    /// Whether the child is deleted with the record.
    public let cascadeDelete: Bool
    /// Whether a child prevents the deletion of the record.
    public let restrictedDelete: Bool

    init(_ reference: ChildReference) {
        childSObject = reference.child.name
        field = reference.field.name
        relationshipName = reference.relationshipName
        cascadeDelete = reference.field.onTargetDeletion == .cascade
        restrictedDelete = reference.field.onTargetDeletion == .restrict
    }

    package var json: OrderedJSON {
        [
            "cascadeDelete": .boolean(cascadeDelete),
            "childSObject": .text(childSObject),
            "deprecatedAndHidden": false,
            "field": .text(field),
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": .text(relationshipName),
            "restrictedDelete": .boolean(restrictedDelete),
        ]
    }
}

extension SchemaView {
    /// By the child's name ignoring case, as a real org lists them; then by field.
    func childRelationships(of object: ObjectType) -> [ChildRelationship] {
        let known = schema.childReferences(to: object).filter {
            knows($0.child) && knows($0.field)
        }
        // The sort is not guaranteed to be stable, so the index decides between fields of one
        // child.
        return known.enumerated().sorted { left, right in
            let names = (
                left.element.child.name.lowercased(), right.element.child.name.lowercased()
            )
            return names.0 == names.1 ? left.offset < right.offset : names.0 < names.1
        }.map { ChildRelationship($0.element) }
    }
}
