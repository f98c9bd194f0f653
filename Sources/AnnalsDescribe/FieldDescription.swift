public import AnnalsSchema

/// The description of one field (Specification: describe 3.1).
///
/// Properties have the API's own names. What no field of this engine has (formulas, dependent
/// picklists, encryption, master-detail, help texts) is constant and appears only in the JSON.
public struct FieldDescription: Sendable, Hashable, Encodable, InJSON {
    /// The API name.
    public let name: String
    /// What people see.
    public let label: String
    /// The API's name of the type, such as `datetime`.
    public let type: String
    /// The type in the words of XML Schema, such as `xsd:dateTime`.
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
    /// More about the type, such as `plaintextarea`; `nil` for most.
    public let extraTypeInfo: String?
    /// The values that can be chosen, without inactive ones.
    public let picklistValues: [PicklistEntryDescription]
    /// The objects that a reference may refer to and that the API version knows.
    public let referenceTo: [String]
    /// The name of the referenced record in queries.
    public let relationshipName: String?
    /// Whether queries can aggregate it, as `COUNT(field)` does.
    public let aggregatable: Bool
    /// Whether the store numbers it.
    public let autoNumber: Bool
    /// Whether the record is deleted with the one it refers to.
    public let cascadeDelete: Bool
    /// Whether case counts in a unique text.
    public let caseSensitive: Bool
    /// Whether create can set it.
    public let createable: Bool
    /// Whether a schema file has added it.
    public let custom: Bool
    /// Whether it has a value even if create does not set it.
    public let defaultedOnCreate: Bool
    /// Whether it identifies records in another system.
    public let externalId: Bool
    /// Whether queries can filter by it.
    public let filterable: Bool
    /// Whether queries can group by it.
    public let groupable: Bool
    /// Whether upsert can find records by it.
    public let idLookup: Bool
    /// Whether it names the record.
    public let nameField: Bool
    /// Whether it refers to objects of several kinds.
    public let namePointing: Bool
    /// Whether it can be null.
    public let nillable: Bool
    /// Whether a permission could hide it.
    public let permissionable: Bool
    /// Whether it refers to objects of several kinds.
    public let polymorphicForeignKey: Bool
    /// Whether it prevents the deletion of what it refers to.
    public let restrictedDelete: Bool
    /// Whether other values than those of the picklist are rejected.
    public let restrictedPicklist: Bool
    /// Whether a search could be narrowed by it.
    public let searchPrefilterable: Bool
    /// Whether queries can sort by it.
    public let sortable: Bool
    /// Whether no two live records have the same value.
    public let unique: Bool
    /// Whether update can set it.
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
