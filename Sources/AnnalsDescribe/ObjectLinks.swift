internal import AnnalsSchema

/// The resources of an object in the REST API; `{ID}` is a literal placeholder for an id
/// (Specification: describe 2.3).
struct ObjectLinks: Sendable, Hashable {
    private let base: String
    private let instanceURL: String
    private let keyPrefix: String

    init(_ object: ObjectType, in view: SchemaView) {
        base = "/services/data/v\(view.apiVersion).0/sobjects/\(object.name)"
        instanceURL = view.instanceURL
        keyPrefix = object.definition.keyPrefix
    }

    /// The links of describeGlobal, in its order, which is not alphabetical.
    var resources: OrderedJSON {
        [
            "compactLayouts": .text("\(base)/describe/compactLayouts"),
            "rowTemplate": .text("\(base)/{ID}"),
            "approvalLayouts": .text("\(base)/describe/approvalLayouts"),
            "listviews": .text("\(base)/listviews"),
            "describe": .text("\(base)/describe"),
            "quickActions": .text("\(base)/quickActions"),
            "layouts": .text("\(base)/describe/layouts"),
            "sobject": .text(base),
        ]
    }

    /// The links of an object's own describe: those above, and the pages where people see records.
    var resourcesAndPages: OrderedJSON {
        [
            "compactLayouts": .text("\(base)/describe/compactLayouts"),
            "rowTemplate": .text("\(base)/{ID}"),
            "approvalLayouts": .text("\(base)/describe/approvalLayouts"),
            "uiDetailTemplate": .text("\(instanceURL)/{ID}"),
            "uiEditTemplate": .text("\(instanceURL)/{ID}/e"),
            "listviews": .text("\(base)/listviews"),
            "describe": .text("\(base)/describe"),
            "uiNewRecord": .text("\(instanceURL)/\(keyPrefix)/e"),
            "quickActions": .text("\(base)/quickActions"),
            "layouts": .text("\(base)/describe/layouts"),
            "sobject": .text(base),
        ]
    }

    func layout(ofRecordType id: RecordID) -> String { "\(base)/describe/layouts/\(id)" }
}
