import Annals
import AnnalsJSON

extension Output {
    func describe(_ description: ObjectDescription, asJSON: Bool) throws {
        if asJSON { return try line(JSONValue(description.json)) }
        let object = description.summary
        let title = "\(object.name): \(object.label), ids begin with \(object.keyPrefix)"
        try line(title.safeForTerminal)
        try table(.fields(of: description))
        guard !description.childRelationships.isEmpty else { return }
        try line()
        try table(.children(of: description))
    }
}

extension TextTable {
    static func objects(_ global: GlobalDescription) -> TextTable {
        var table = TextTable("object", "prefix", "label", "calls")
        for object in global.sobjects {
            table.add([
                object.name, object.keyPrefix, object.label, object.calls.joined(separator: ", "),
            ])
        }
        return table
    }

    static func fields(of object: ObjectDescription) -> TextTable {
        var table = TextTable("field", "type", "label", "properties")
        for field in object.fields {
            let length = field.length > 0 ? "(\(field.length))" : ""
            table.add([
                field.name, field.type + length, field.label,
                field.words.joined(separator: ", "),
            ])
        }
        return table
    }

    static func children(of object: ObjectDescription) -> TextTable {
        var table = TextTable("child", "field", "relationship", "on delete")
        for child in object.childRelationships {
            table.add([
                child.childSObject, child.field, child.relationshipName ?? "-",
                child.cascadeDelete ? "cascade" : child.restrictedDelete ? "restrict" : "keep",
            ])
        }
        return table
    }

    /// The page that shows a record, field by field.
    static func items(of layout: Layout) -> TextTable {
        var table = TextTable("section", "row", "column", "field", "label", "behavior")
        for section in layout.detailLayoutSections {
            for (row, cells) in section.layoutRows.enumerated() {
                for (column, item) in cells.layoutItems.enumerated() {
                    guard let field = item.field else { continue }
                    table.add([
                        section.heading ?? "", String(row + 1), String(column + 1), field.name,
                        item.label ?? "", item.behavior.rawValue,
                    ])
                }
            }
        }
        return table
    }
}

extension ObjectSummary {
    /// The calls that support the object.
    fileprivate var calls: [String] {
        let named = [
            ("create", createable), ("update", updateable), ("delete", deletable),
            ("undelete", undeletable), ("retrieve", retrieveable), ("replicate", replicateable),
        ]
        return named.filter(\.1).map(\.0)
    }
}

extension FieldDescription {
    /// The words that say how the field is used.
    fileprivate var words: [String] {
        let named = [
            ("autonumber", autoNumber), ("create", createable), ("update", updateable),
            ("nillable", nillable), ("defaulted", defaultedOnCreate), ("unique", unique),
            ("external id", externalId), ("idLookup", idLookup),
            ("restricted", restrictedPicklist), ("name", nameField), ("custom", custom),
        ]
        var words = named.filter(\.1).map(\.0)
        if !referenceTo.isEmpty { words.append("to " + referenceTo.joined(separator: "/")) }
        if !picklistValues.isEmpty {
            words.append("of " + picklistValues.map(\.value).joined(separator: "/"))
        }
        return words
    }
}

extension JSONValue {
    /// What the API describes, with its members in their order.
    init(_ described: OrderedJSON) {
        switch described {
        case .null: self = .null
        case .boolean(let flag): self = .boolean(flag)
        case .integer(let number): self = .integer(number)
        case .text(let text): self = .text(text)
        case .list(let values): self = .array(values.map { JSONValue($0) })
        case .members(let members):
            self = .object(members.map { ($0.name, JSONValue($0.value)) })
        }
    }
}
