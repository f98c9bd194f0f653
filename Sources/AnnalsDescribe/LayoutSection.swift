public import AnnalsSchema

/// A part of a page, with a heading and rows of fields (Specification: describe 5.1).
public struct LayoutSection: Sendable, Hashable, Encodable, InJSON {
    /// The id of the section.
    public let layoutSectionId: RecordID
    /// The id of the layout that it is a part of.
    public let parentLayoutId: RecordID
    /// The text above it; `nil` for none.
    public let heading: String?
    /// How many items a row may have, 1 to 4.
    public let columns: Int
    /// The rows, from the top.
    public let layoutRows: [LayoutRow]
    /// In which order the tab key goes through the section: `LeftToRight` or `TopToBottom`.
    public let tabOrder: LayoutFile.TabOrder
    /// Whether a person can collapse the section.
    public let useCollapsibleSection: Bool
    /// Whether it is collapsed at first.
    public let collapsed: Bool

    package var json: OrderedJSON {
        [
            "collapsed": .boolean(collapsed),
            "columns": .integer(columns),
            "heading": .text(heading),
            "layoutRows": .list(layoutRows.map(\.json)),
            "layoutSectionId": .text(layoutSectionId.description),
            "parentLayoutId": .text(parentLayoutId.description),
            "rows": .integer(layoutRows.count),
            "tabOrder": .text(tabOrder.rawValue),
            "useCollapsibleSection": .boolean(useCollapsibleSection),
            "useHeading": .boolean(heading != nil),
        ]
    }
}

/// Items next to each other.
public struct LayoutRow: Sendable, Hashable, Encodable, InJSON {
    /// The items, from the left.
    public let layoutItems: [LayoutItem]

    package var json: OrderedJSON {
        ["layoutItems": .list(layoutItems.map(\.json)), "numItems": .integer(layoutItems.count)]
    }
}

/// A field on a page with its label, or an empty place.
public struct LayoutItem: Sendable, Hashable, Encodable, InJSON {
    /// The text next to the field; `nil` for an empty place.
    public let label: String?
    /// `nil` for an empty place.
    public let field: FieldDescription?
    /// The parts of a compound field.
    public let parts: [FieldDescription]
    /// Whether a person can write it in a new record.
    public let editableForNew: Bool
    /// Whether a person can change it.
    public let editableForUpdate: Bool
    /// Whether the page requires a value; no call does.
    public let required: Bool
    /// The tab position, counted through the whole page from 1.
    public let tabOrder: Int
    /// How many lines the page gives it.
    public let displayLines: Int
    let hasBehavior: Bool

    /// What a person can do with it.
    public var behavior: LayoutFile.Behavior {
        if required { return .required }
        return editableForNew || editableForUpdate ? .edit : .readonly
    }

    package var json: OrderedJSON {
        let json: OrderedJSON = [
            "editableForNew": .boolean(editableForNew),
            "editableForUpdate": .boolean(editableForUpdate),
            "label": .text(label),
            "layoutComponents": [field.map(component) ?? emptySpace],
            "placeholder": .boolean(field == nil),
            "required": .boolean(required),
            "uiBehavior": field == nil ? nil : .text(behavior.rawValue),
        ]
        return hasBehavior ? json : json.without("uiBehavior")
    }

    private var emptySpace: OrderedJSON {
        [
            "displayLines": .integer(displayLines), "tabOrder": .integer(tabOrder),
            "type": "EmptySpace", "value": nil,
        ]
    }

    private func component(of field: FieldDescription) -> OrderedJSON {
        [
            "components": .list(parts.map(part)),
            "details": field.json,
            "displayLines": .integer(displayLines),
            "fieldType": .text(field.type),
            "tabOrder": .integer(tabOrder),
            "type": "Field",
            "value": .text(field.name),
        ]
    }

    /// A part of a compound field: a component without parts of its own.
    private func part(_ field: FieldDescription) -> OrderedJSON {
        [
            "components": [],
            "details": field.json,
            "displayLines": 1,
            "fieldType": .text(field.type),
            "tabOrder": .integer(tabOrder),
            "type": "Field",
            "value": .text(field.name),
        ]
    }
}
