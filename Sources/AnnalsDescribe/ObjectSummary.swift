internal import AnnalsSchema

/// The description of an object without its fields: a row of ``GlobalDescription``, and a part of
/// ``ObjectDescription`` (Specification: describe 2.2).
///
/// Properties have the API's own names. What no object of this engine has (feeds, subtypes,
/// interfaces, merging, search) is constant and appears only in the JSON.
public struct ObjectSummary: Sendable, Hashable, Encodable, InJSON {
    /// The API name.
    public let name: String
    /// What people see.
    public let label: String
    /// What people see above several.
    public let labelPlural: String
    /// The three characters with which ids begin.
    public let keyPrefix: String
    /// Whether a schema file has added it.
    public let custom: Bool
    /// Whether create is possible.
    public let createable: Bool
    /// Whether update is possible.
    public let updateable: Bool
    /// Whether delete is possible.
    public let deletable: Bool
    /// Whether undelete is possible.
    public let undeletable: Bool
    /// Whether retrieve is possible.
    public let retrieveable: Bool
    /// Whether getUpdated and getDeleted are possible.
    public let replicateable: Bool
    /// Whether queries are possible.
    public let queryable: Bool
    /// Whether the last view of a record is recorded for each user.
    public let mruEnabled: Bool
    let links: ObjectLinks
    private let hasAssociations: Bool

    init(_ object: ObjectType, in view: SchemaView) {
        name = object.name
        label = object.label
        labelPlural = object.definition.labelPlural
        keyPrefix = object.definition.keyPrefix
        custom = object.name.hasSuffix("__c")
        createable = object.has(.create)
        updateable = object.has(.update)
        deletable = object.has(.delete)
        undeletable = object.has(.undelete)
        retrieveable = object.has(.retrieve)
        replicateable = object.has(.replicate)
        queryable = object.has(.retrieve)
        mruEnabled = object.field(.lastViewedDate).map(view.knows) ?? false
        links = ObjectLinks(object, in: view)
        hasAssociations = view.hasAssociations
    }

    /// The row, with the links that describeGlobal has.
    package var json: OrderedJSON { members.merged(with: ["urls": links.resources]) }

    /// All members except `urls`, in which the two describes differ.
    var members: OrderedJSON {
        let members: OrderedJSON = [
            "activateable": false,
            "associateEntityType": nil,
            "associateParentEntity": nil,
            "createable": .boolean(createable),
            "custom": .boolean(custom),
            "customSetting": false,
            "deepCloneable": false,
            "deletable": .boolean(deletable),
            "deprecatedAndHidden": false,
            "feedEnabled": false,
            "hasSubtypes": false,
            "isInterface": false,
            "isSubtype": false,
            "keyPrefix": .text(keyPrefix),
            "label": .text(label),
            "labelPlural": .text(labelPlural),
            "layoutable": true,
            "mergeable": false,
            "mruEnabled": .boolean(mruEnabled),
            "name": .text(name),
            "queryable": .boolean(queryable),
            "replicateable": .boolean(replicateable),
            "retrieveable": .boolean(retrieveable),
            "searchable": false,
            "triggerable": true,
            "undeletable": .boolean(undeletable),
            "updateable": .boolean(updateable),
        ]
        return hasAssociations
            ? members : members.without("associateEntityType", "associateParentEntity")
    }
}
