/// A reference as its target sees it: which records may refer to one of its records, and how a
/// query gets from the one to the others (Specification: describe 2.5; fields 7.3).
package struct ChildReference: Sendable {
    package let child: ObjectType
    package let field: Field
    /// Such as `ContactRequests`; `nil` if a query cannot go that way.
    package let relationshipName: String?
}

extension Schema {
    /// The references that may name records of `parent`, by object and by field, in the order in
    /// which they were created.
    ///
    /// The name of a relationship in queries must not depend on labels, which may change, nor on
    /// the API version, nor on later definitions. So the name is the plural of the child's API
    /// name, and a number is added if an earlier reference has already taken it.
    package func childReferences(to parent: ObjectType) -> [ChildReference] {
        var references: [ChildReference] = []
        var taken: Set<String> = []
        for child in objects {
            for field in child.fields where field.referenceTo.contains(parent.name) {
                let suffix = field.has(.custom) ? "__r" : ""
                var name = field.childRelationshipStem(of: child, under: parent)
                if let stem = name {
                    var number = 1
                    while !taken.insert(((name ?? stem) + suffix).lowercased()).inserted {
                        number += 1
                        name = stem + String(number)
                    }
                }
                references.append(
                    ChildReference(
                        child: child,
                        field: field,
                        relationshipName: name.map { $0 + suffix }
                    )
                )
            }
        }
        return references
    }
}

extension Field {
    /// Who created, changed and owns a record is not a way from the user to the record.
    fileprivate func childRelationshipStem(
        of child: ObjectType,
        under parent: ObjectType
    ) -> String? {
        guard id.isSlot, !isOwner else { return nil }
        let plural = child.name.withoutCustomSuffix.englishPlural
        return child.code == parent.code ? "Child" + plural : plural
    }
}

extension String {
    package var withoutCustomSuffix: String { hasSuffix("__c") ? String(dropLast(3)) : self }

    fileprivate var englishPlural: String {
        let vowels: Set<Character> = ["a", "e", "i", "o", "u"]
        let lowered = lowercased()
        if lowered.hasSuffix("y"), let before = lowered.dropLast().last, !vowels.contains(before) {
            return dropLast() + "ies"
        }
        return self + (lowered.hasSuffix("s") ? "es" : "s")
    }
}
