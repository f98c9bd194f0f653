public import AnnalsDescribe
internal import AnnalsSchema

extension Session {
    /// What the objects are, and their fields, as the session's API version knows them
    /// (Specification: calls 4.5).
    ///
    /// - Parameters:
    ///   - names: API names, up to 100; a name given twice is described twice.
    ///   - instanceURL: Where people see records, such as `https://example.com`: the beginning of
    ///     the page links in the response.
    /// - Returns: In the order of `names`.
    /// - Throws: `EXCEEDED_MAX_TYPES_LIMIT`; `INVALID_TYPE` if one of them is not known, in which
    ///   case none is described.
    public func describeSObjects(
        _ names: [String],
        instanceURL: String = ""
    ) throws(StoreError) -> [ObjectDescription] {
        guard names.count <= Limits.describedObjects else {
            throw .fault(
                Fault(
                    .exceededMaxTypesLimit,
                    "cannot describe more than \(Limits.describedObjects) types in one call"
                )
            )
        }
        let schema = store.schema
        let view = SchemaView(schema, apiVersion: apiVersion, instanceURL: instanceURL)
        var descriptions: [ObjectDescription] = []
        for name in names {
            let object = try schema.required(name, apiVersion: apiVersion)
            descriptions.append(view.description(of: object))
        }
        return descriptions
    }

    /// All objects that the session's API version knows, by name (Specification: calls 4.5).
    public func describeGlobal() -> GlobalDescription {
        SchemaView(store.schema, apiVersion: apiVersion).globalDescription
    }
}
