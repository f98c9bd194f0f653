/// A column of an object, with the properties that the object reference lists for it.
package struct Field: Hashable, Sendable, Codable {
    /// What kind of values a field holds; the raw values are the API's own names.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case id, boolean, int, double, date, datetime, string, textarea, phone, email, url,
            picklist, reference

        /// Whether values are text with a length.
        package var isText: Bool {
            switch self {
            case .string, .textarea, .phone, .email, .url, .picklist: true
            default: false
            }
        }
    }

    /// What a field may be used for (Specification: fields 4.1).
    package struct Properties: OptionSet, Hashable, Sendable, Codable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let autonumber = Properties(rawValue: 1 << 0)
        package static let create = Properties(rawValue: 1 << 1)
        package static let defaultedOnCreate = Properties(rawValue: 1 << 2)
        package static let filter = Properties(rawValue: 1 << 3)
        package static let group = Properties(rawValue: 1 << 4)
        package static let idLookup = Properties(rawValue: 1 << 5)
        package static let nillable = Properties(rawValue: 1 << 6)
        package static let restrictedPicklist = Properties(rawValue: 1 << 7)
        package static let sort = Properties(rawValue: 1 << 8)
        package static let update = Properties(rawValue: 1 << 9)
        package static let nameField = Properties(rawValue: 1 << 10)
        package static let namePointing = Properties(rawValue: 1 << 11)
        package static let unique = Properties(rawValue: 1 << 12)
        package static let caseSensitive = Properties(rawValue: 1 << 13)
        package static let externalID = Properties(rawValue: 1 << 14)
        package static let indexed = Properties(rawValue: 1 << 15)
        package static let custom = Properties(rawValue: 1 << 16)
    }

    /// What happens to the records that refer to one that is deleted.
    package enum DeletionRule: String, Sendable, Codable {
        /// The reference stays, and cannot be resolved while its target is deleted.
        case keep
        /// They are deleted and restored with it (`cascadeDelete`).
        case cascade
        /// The target cannot be deleted (`restrictedDelete`).
        case restrict
    }

    /// One entry of a picklist.
    package struct PicklistEntry: Hashable, Sendable, Codable {
        package var value: String
        package var label: String
        package var isActive: Bool
        package var isDefault: Bool

        package static func == (left: Self, right: Self) -> Bool {
            left.value.isSameText(as: right.value) && left.label.isSameText(as: right.label)
                && left.isActive == right.isActive && left.isDefault == right.isDefault
        }

        package init(_ value: String, label: String? = nil, isDefault: Bool = false) {
            self.value = value
            self.label = label ?? value
            self.isActive = true
            self.isDefault = isDefault
        }
    }

    /// Everything in a field's declaration; what the log keeps of it.
    private struct Declaration: Hashable, Codable, Sendable {
        let name: String
        let label: String
        let kind: Kind
        var properties: Properties
        var since: Int
        var length: Int
        var referenceTo: [String] = []
        var relationshipName: String?
        var onTargetDeletion = DeletionRule.keep
        var picklist: [PicklistEntry] = []
        var defaultText: String?
        var defaultBoolean: Bool?
        var defaultInteger: Int?
        var minimum: Int?
        var maximum: Int?
        var displayFormat: String?
        let id: FieldID

        /// Every text in it: Swift considers some equal that differ in their bytes.
        var texts: [TextKey] {
            let own = [name, label, relationshipName ?? "", defaultText ?? "", displayFormat ?? ""]
            return (own + referenceTo + picklist.flatMap { [$0.value, $0.label] }).map(TextKey.init)
        }
    }

    /// One allocation that all copies of a field share: a field is passed around for every value
    /// of every record, and copying seven strings each time cost a tenth of a create.
    private final class Box: Sendable {
        let declaration: Declaration
        let isOwner: Bool
        /// The values of the picklist, in its order.
        let picklistValues: [String]
        /// Those that a record may have.
        let admittedEntries: [String]

        init(_ declaration: Declaration) {
            self.declaration = declaration
            isOwner = declaration.name == "OwnerId" && declaration.kind == .reference
            picklistValues = declaration.picklist.map(\.value)
            let isRestricted = declaration.properties.contains(.restrictedPicklist)
            // Active ones first: in an unrestricted list, whose inactive ones are kept as well,
            // they determine the spelling.
            admittedEntries =
                declaration.picklist.filter(\.isActive).map(\.value)
                + (isRestricted ? [] : declaration.picklist.filter { !$0.isActive }.map(\.value))
        }
    }

    private var box: Box

    package init(
        _ name: String,
        id: FieldID,
        label: String,
        _ kind: Kind,
        _ properties: Properties,
        length: Int = 0,
        since: Int = APIVersion.oldest
    ) {
        box = Box(
            Declaration(
                name: name,
                label: label,
                kind: kind,
                properties: properties,
                since: since,
                length: length,
                id: id
            )
        )
    }

    private mutating func change(_ body: (inout Declaration) -> Void) {
        var declaration = box.declaration
        body(&declaration)
        box = Box(declaration)
    }

    /// The field with other properties.
    func setting(_ properties: Properties) -> Field {
        var field = self
        field.change { $0.properties = properties }
        return field
    }

    package var name: String { box.declaration.name }
    /// Whether that is its API name; without a copy of it, since a record is asked for each of its values by
    /// name.
    package func isNamed(_ name: String) -> Bool { box.declaration.name == name }

    package var label: String { box.declaration.label }
    package var kind: Kind { box.declaration.kind }
    package var properties: Properties { box.declaration.properties }
    /// The number by which rows and events refer to the field; never changed and never reused.
    package var id: FieldID { box.declaration.id }
    /// Whether it holds the owner of a record.
    package var isOwner: Bool { box.isOwner }
    package var picklistValues: [String] { box.picklistValues }
    /// The picklist values that a record may have: for a restricted one those that are active.
    package var admittedEntries: [String] { box.admittedEntries }

    /// The first API version that has the field.
    package var since: Int {
        get { box.declaration.since }
        set { change { $0.since = newValue } }
    }

    /// Characters (UTF-16 code units) that a text may have; 0 for other types.
    package var length: Int {
        get { box.declaration.length }
        set { change { $0.length = newValue } }
    }

    /// The objects that a reference may refer to, by API name.
    package var referenceTo: [String] {
        get { box.declaration.referenceTo }
        set { change { $0.referenceTo = newValue } }
    }

    /// The name by which a query reaches the target of a reference, such as `Owner`.
    package var relationshipName: String? {
        get { box.declaration.relationshipName }
        set { change { $0.relationshipName = newValue } }
    }

    package var onTargetDeletion: DeletionRule {
        get { box.declaration.onTargetDeletion }
        set { change { $0.onTargetDeletion = newValue } }
    }

    package var picklist: [PicklistEntry] {
        get { box.declaration.picklist }
        set { change { $0.picklist = newValue } }
    }

    /// The value of an omitted field of a new record, if the picklist does not define one.
    package var defaultText: String? {
        get { box.declaration.defaultText }
        set { change { $0.defaultText = newValue } }
    }

    package var defaultBoolean: Bool? {
        get { box.declaration.defaultBoolean }
        set { change { $0.defaultBoolean = newValue } }
    }

    package var defaultInteger: Int? {
        get { box.declaration.defaultInteger }
        set { change { $0.defaultInteger = newValue } }
    }

    /// The lowest value of a number.
    package var minimum: Int? {
        get { box.declaration.minimum }
        set { change { $0.minimum = newValue } }
    }

    /// The highest value of a number.
    package var maximum: Int? {
        get { box.declaration.maximum }
        set { change { $0.maximum = newValue } }
    }

    /// The pattern of an autonumber, such as `CR-{00000000}`.
    package var displayFormat: String? {
        get { box.declaration.displayFormat }
        set { change { $0.displayFormat = newValue } }
    }

    package static func == (left: Field, right: Field) -> Bool {
        left.box === right.box
            || left.box.declaration == right.box.declaration
                && left.box.declaration.texts == right.box.declaration.texts
    }

    package func hash(into hasher: inout Hasher) { box.declaration.hash(into: &hasher) }

    package init(from decoder: any Decoder) throws {
        box = Box(try Declaration(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws { try box.declaration.encode(to: encoder) }

    package func has(_ properties: Properties) -> Bool {
        self.properties.isSuperset(of: properties)
    }

    /// The longest text area that queries filter, sort, group and aggregate by
    /// (Specification: fields 1.4); longer ones are only shown.
    package static let comparedTextAreaLengthMax = 255

    /// Whether a comparison of a query may name it.
    ///
    /// This is the only place that decides what queries may do with a field, for queries and for
    /// descriptions; a text area that grows supports less.
    package var isFilterable: Bool { kind == .textarea ? isComparedTextArea : has(.filter) }

    /// Whether a query may sort by it.
    package var isSortable: Bool { kind == .textarea ? isComparedTextArea : has(.sort) }

    /// Whether a query may group by it: not by fractions and times.
    package var isGroupable: Bool {
        switch kind {
        case .textarea: isComparedTextArea
        case .double, .datetime: false
        default: has(.group)
        }
    }

    /// Whether a query may count its values and compute the least and the greatest
    /// (Specification: soql 4.5).
    package var isAggregatable: Bool { isFilterable && kind != .boolean }

    private var isComparedTextArea: Bool { length <= Self.comparedTextAreaLengthMax }

    /// Whether a record that does not name it gets a value anyway.
    ///
    /// For a custom field this follows from its default, which may be added and changed later; for
    /// a standard one it is declared.
    package var isDefaultedOnCreate: Bool {
        guard has(.custom) else { return has(.defaultedOnCreate) }
        return kind == .boolean || defaultText != nil || defaultInteger != nil
            || defaultBoolean != nil || picklist.contains { $0.isDefault && $0.isActive }
    }

    /// Whether the engine keeps the values of live records in order, to find records by them.
    package var isIndexed: Bool {
        !properties.isDisjoint(with: [.indexed, .unique, .externalID, .nameField])
            || (kind == .reference && id.isSlot)
            || id == .createdDate
    }
}

/// The number by which rows and events refer to a field of an object.
package struct FieldID: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    package let rawValue: UInt16
    @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

    @inlinable package static func == (left: FieldID, right: FieldID) -> Bool {
        left.rawValue == right.rawValue
    }

    // System fields live in the header of a row. Written to disk: never renumber them.
    @inlinable package static var id: FieldID { FieldID(rawValue: 0xFF00) }
    @inlinable package static var isDeleted: FieldID { FieldID(rawValue: 0xFF01) }
    @inlinable package static var createdDate: FieldID { FieldID(rawValue: 0xFF02) }
    @inlinable package static var createdByID: FieldID { FieldID(rawValue: 0xFF03) }
    @inlinable package static var lastModifiedDate: FieldID { FieldID(rawValue: 0xFF04) }
    @inlinable package static var lastModifiedByID: FieldID { FieldID(rawValue: 0xFF05) }
    @inlinable package static var systemModstamp: FieldID { FieldID(rawValue: 0xFF06) }
    @inlinable package static var lastViewedDate: FieldID { FieldID(rawValue: 0xFF07) }
    @inlinable package static var lastReferencedDate: FieldID { FieldID(rawValue: 0xFF08) }

    /// Whether its value has a slot of the row, numbered from 1.
    @inlinable package var isSlot: Bool { rawValue >= 1 && rawValue < 0xFF00 }

    package static func < (left: FieldID, right: FieldID) -> Bool { left.rawValue < right.rawValue }
}
