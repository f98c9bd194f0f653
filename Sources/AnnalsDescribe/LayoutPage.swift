package import AnnalsSchema

/// A layout file, checked against its object.
struct LayoutPage {
    let object: ObjectType
    let view: SchemaView
    let file: LayoutFile
    /// By the API name in lower case.
    private var seen: Set<String> = []
    private let layoutID: RecordID

    init(_ file: LayoutFile, of object: ObjectType, in view: SchemaView) {
        self.object = object
        self.view = view
        self.file = file
        layoutID = RecordID(prefix: Self.layoutPrefix, serial: UInt64(object.code))
    }

    // `00h` and `01B`: layouts and their sections have ids, so that clients can cache them by
    // these. They are computed from the object's code, so they are the same in every response.
    private static let layoutPrefix = KeyPrefix(packed: 0x30_30_68)
    private static let sectionPrefix = KeyPrefix(packed: 0x30_31_42)

    /// Checks the whole file and builds the layout.
    mutating func layout() throws(LayoutError) -> Layout {
        guard file.object.lowercased() == object.name.lowercased() else {
            throw LayoutError("object", "it is \(file.object), and \(object.name) is described")
        }
        var detail: [LayoutSection] = []
        var tabOrder = 0
        for (index, section) in file.sections.enumerated() {
            var rows: [LayoutRow] = []
            for (row, cells) in section.rows.enumerated() {
                var items: [LayoutItem] = []
                for (column, cell) in cells.enumerated() {
                    tabOrder += 1
                    let place = "sections[\(index)].rows[\(row)][\(column)]"
                    items.append(try item(cell, tabOrder: tabOrder, at: place))
                }
                rows.append(LayoutRow(layoutItems: items))
            }
            detail.append(self.section(section, number: index, rows: rows))
        }
        let edit = detail.filter(\.isEditable).map(\.forEditing)
        return Layout(id: layoutID, detailLayoutSections: detail, editLayoutSections: edit)
    }

    private func section(
        _ section: LayoutFile.Section,
        number: Int,
        rows: [LayoutRow]
    ) -> LayoutSection {
        let serial = UInt64(object.code) << 16 | UInt64(number + 1)
        return LayoutSection(
            layoutSectionId: RecordID(prefix: Self.sectionPrefix, serial: serial),
            parentLayoutId: layoutID,
            heading: section.heading,
            columns: section.columns,
            layoutRows: rows,
            tabOrder: section.tabOrder,
            useCollapsibleSection: section.useCollapsibleSection,
            collapsed: section.collapsed
        )
    }

    private mutating func item(
        _ cell: LayoutFile.Cell?,
        tabOrder: Int,
        at place: String
    ) throws(LayoutError) -> LayoutItem {
        guard let cell else { return .emptySpace(tabOrder: tabOrder, in: view) }
        guard let field = object[cell.field] else {
            throw LayoutError(place, "\(object.name) has no field \(cell.field)")
        }
        guard seen.insert(field.name).inserted else {
            throw LayoutError(place, "\(field.name) has a place already")
        }
        let parts = parts(of: field)
        let sources = parts.isEmpty ? [field] : parts
        if let behavior = cell.behavior, behavior != .readonly {
            guard sources.contains(where: \.isWritable) else {
                throw LayoutError(place, "\(field.name) cannot be written, so it is Readonly")
            }
        }
        // The file is for all versions: a field that this one does not know leaves its place empty.
        guard view.knows(field) else { return .emptySpace(tabOrder: tabOrder, in: view) }
        // An owner is changed by transferring the record, which a page does elsewhere.
        let isReadonly = cell.behavior.map { $0 == .readonly } ?? field.isOwner
        let createable = !isReadonly && sources.contains { $0.has(.create) }
        let updateable = !isReadonly && sources.contains { $0.has(.update) }
        let mustHaveValue = sources.contains { !$0.has(.nillable) && $0.kind != .boolean }
        return LayoutItem(
            label: cell.label ?? field.pageLabel,
            field: FieldDescription(field, of: object, in: view),
            parts: parts.map { FieldDescription($0, of: object, in: view) },
            editableForNew: createable,
            editableForUpdate: updateable,
            required: cell.behavior.map { $0 == .required }
                ?? (mustHaveValue && (createable || updateable)),
            tabOrder: tabOrder,
            displayLines: cell.displayLines ?? (field.kind == .textarea ? 5 : 1),
            hasBehavior: view.hasLayoutBehavior
        )
    }

    /// The parts of a person's name.
    private func parts(of field: Field) -> [Field] {
        guard field.has(.nameField) else { return [] }
        return object.namePartIndices.map { object.fields[$0] }.filter(view.knows)
    }
}

extension LayoutItem {
    static func emptySpace(tabOrder: Int, in view: SchemaView) -> LayoutItem {
        LayoutItem(
            label: nil,
            field: nil,
            parts: [],
            editableForNew: false,
            editableForUpdate: false,
            required: false,
            tabOrder: tabOrder,
            displayLines: 1,
            hasBehavior: view.hasLayoutBehavior
        )
    }

    fileprivate var isEditable: Bool { editableForNew || editableForUpdate }

    /// The item on the edit page.
    fileprivate var forEditing: LayoutItem {
        guard !isEditable else { return self }
        return LayoutItem(
            label: nil,
            field: nil,
            parts: [],
            editableForNew: false,
            editableForUpdate: false,
            required: false,
            tabOrder: tabOrder,
            displayLines: 1,
            hasBehavior: hasBehavior
        )
    }
}

extension LayoutSection {
    /// Whether anything in it can be edited; otherwise the section is left out of the edit page.
    fileprivate var isEditable: Bool {
        layoutRows.contains { $0.layoutItems.contains(where: \.isEditable) }
    }

    fileprivate var forEditing: LayoutSection {
        LayoutSection(
            layoutSectionId: layoutSectionId,
            parentLayoutId: parentLayoutId,
            heading: heading,
            columns: columns,
            layoutRows: layoutRows.map { LayoutRow(layoutItems: $0.layoutItems.map(\.forEditing)) },
            tabOrder: tabOrder,
            useCollapsibleSection: useCollapsibleSection,
            collapsed: collapsed
        )
    }
}

extension Field {
    /// A reference is labeled by its target: Owner, if the field is called Owner ID.
    fileprivate var pageLabel: String {
        kind == .reference && label.hasSuffix(" ID") ? String(label.dropLast(3)) : label
    }
}

extension SchemaView {
    /// The layout of an object: the one declared in `file`, or the one derived from the schema.
    package func layout(
        of object: ObjectType,
        _ file: LayoutFile? = nil
    ) throws(LayoutError) -> LayoutDescription {
        let file = file ?? LayoutFile(defaultFor: object, in: self)
        var page = LayoutPage(file, of: object, in: self)
        let layout = try page.layout()
        let picklists = fields(of: object).filter { $0.kind == .picklist }.map {
            let field = FieldDescription($0, of: object, in: self)
            return RecordTypeMapping.Picklist(
                picklistName: field.name,
                picklistValues: field.picklistValues
            )
        }
        let mapping = RecordTypeMapping(
            recordType: RecordTypeInfo(masterOf: object, in: self),
            layoutId: layout.id,
            picklistsForRecordType: picklists
        )
        return LayoutDescription(layouts: [layout], recordTypeMappings: [mapping])
    }
}
