public import AnnalsSchema

/// The description of one field (Specification: describe 3.1).
///
/// Properties have the API's own names. What no field of this engine has (formulas, dependent
/// picklists, encryption, master-detail, help texts) is constant and appears only in the JSON.
public struct FieldDescription: Sendable, Hashable, Encodable, InJSON {
    public let name: String
    public let label: String
    /// The API's name of the type, such as `datetime`.
    public let type: String
    public let soapType: String
    /// Characters (UTF-16 code units) of a text, 18 for an id, 0 for anything else.
    public let length: Int
    /// Bytes that a client must reserve: three per character.
    public let byteLength: Int
    /// Decimal digits of an `int`, from its limits; 0 for anything else.
    public let digits: Int
    /// The value of an omitted boolean or picklist; `nil` if it is null or no such constant.
    public let defaultValue: Value?
    /// The value of an omitted text or number, as a formula.
    public let defaultValueFormula: String?
    /// The compound field that this one is a part of.
    public let compoundFieldName: String?
    public let extraTypeInfo: String?
    /// The values that can be chosen, without inactive ones.
    public let picklistValues: [PicklistEntryDescription]
    /// The objects that a reference may refer to and that the API version knows.
    public let referenceTo: [String]
    /// The name of the referenced record in queries.
    public let relationshipName: String?
    public let aggregatable: Bool
    public let autoNumber: Bool
    public let cascadeDelete: Bool
    public let caseSensitive: Bool
    public let createable: Bool
    public let custom: Bool
    public let defaultedOnCreate: Bool
    public let externalId: Bool
    public let filterable: Bool
    public let groupable: Bool
    public let idLookup: Bool
    public let nameField: Bool
    public let namePointing: Bool
    public let nillable: Bool
    public let permissionable: Bool
    public let polymorphicForeignKey: Bool
    public let restrictedDelete: Bool
    public let restrictedPicklist: Bool
    public let searchPrefilterable: Bool
    public let sortable: Bool
    public let unique: Bool
    public let updateable: Bool

    init(_ field: Field, of object: ObjectType, in view: SchemaView) {
        name = field.name
        label = field.label
        type = field.kind.rawValue
        soapType = field.kind.soapType
        length = field.describedLength
        byteLength = field.kind.isText ? 3 * field.describedLength : field.describedLength
        digits = field.describedDigits
        defaultValue = field.describedDefault
        defaultValueFormula = field.defaultFormula
        let isNamePart = object.definition.nameParts.contains(field.name)
        compoundFieldName = isNamePart ? object.nameFieldIndex.map { object.fields[$0].name } : nil
        extraTypeInfo =
            isNamePart ? "personname" : field.kind == .textarea ? "plaintextarea" : nil
        picklistValues = field.picklist.filter(\.isActive).map(PicklistEntryDescription.init)
        referenceTo = field.referenceTo.filter { view.object($0) != nil }
        relationshipName = field.relationshipName
        aggregatable = field.isAggregatable
        autoNumber = field.has(.autonumber)
        cascadeDelete = field.onTargetDeletion == .cascade
        caseSensitive = field.has(.caseSensitive)
        createable = field.has(.create)
        custom = field.has(.custom)
        defaultedOnCreate = field.isDefaultedOnCreate
        externalId = field.has(.externalID)
        filterable = field.isFilterable
        groupable = field.isGroupable
        idLookup = field.has(.idLookup)
        nameField = field.has(.nameField)
        polymorphicForeignKey = field.referenceTo.count > 1
        namePointing = field.has(.namePointing) || polymorphicForeignKey
        nillable = field.has(.nillable)
        permissionable = field.isPermissionable && !isNamePart
        restrictedDelete = field.onTargetDeletion == .restrict
        restrictedPicklist = field.has(.restrictedPicklist)
        searchPrefilterable = field.kind == .reference && field.isWritable && !field.isOwner
        sortable = field.isSortable
        unique = field.has(.unique)
        updateable = field.has(.update)
    }
}
