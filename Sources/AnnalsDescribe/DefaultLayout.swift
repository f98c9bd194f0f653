internal import AnnalsSchema

extension LayoutFile {
    /// The layout of an object if none is declared for it: two columns of the fields that a person
    /// can use, and who created and changed the record (Specification: describe 5.3).
    ///
    /// Omitted are ids, flags and times that the page shows in other ways; the parts of a compound
    /// field are shown with that field.
    init(defaultFor object: ObjectType, in view: SchemaView) {
        let system = ["CreatedById", "LastModifiedById"]
        let left: Set<FieldID> = [
            .id, .isDeleted, .createdDate, .createdByID, .lastModifiedDate, .lastModifiedByID,
            .systemModstamp, .lastViewedDate, .lastReferencedDate,
        ]
        let shown = view.fields(of: object).filter {
            !left.contains($0.id) && !object.definition.nameParts.contains($0.name)
        }.map(\.name)
        let first = Self.firstFields(of: object)
        let fields = first.filter(shown.contains) + shown.filter { !first.contains($0) }
        self.init(
            object: object.name,
            sections: [
                Section(heading: "\(object.label) Information", rows: Self.pairs(fields)),
                Section(heading: "System Information", rows: Self.pairs(system)),
            ]
        )
    }

    /// The fields that come before the rest, which follows in declaration order: the name and the
    /// owner, and for a ContactRequest those that was chosen.
    private static func firstFields(of object: ObjectType) -> [String] {
        let name = object.nameFieldIndex.map { object.fields[$0].name } ?? "Name"
        guard object.name == "ContactRequest" else { return [name, "OwnerId"] }
        return [
            name, "OwnerId", "WhoId", "WhatId", "Status", "PreferredChannel", "PreferredPhone",
            "RequestReason", "IsCallback", "RequestDescription",
        ]
    }

    private static func pairs(_ fields: [String]) -> [[Cell?]] {
        stride(from: 0, to: fields.count, by: 2).map { start in
            fields[start..<min(start + 2, fields.count)].map { Cell($0) }
        }
    }
}
