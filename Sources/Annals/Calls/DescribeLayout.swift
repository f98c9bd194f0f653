public import AnnalsDescribe
internal import AnnalsSchema

extension Session {
    /// How a page would show and edit a record of `object` (Specification: calls 4.6).
    ///
    /// The store keeps no layouts: one is derived from the schema, or passed in.
    ///
    /// - Parameters:
    ///   - object: The API name of the object.
    ///   - recordTypeIDs: Only the layouts of these record types; all if empty. The only one that
    ///     exists is the master record type, `012000000000000AAA`.
    ///   - file: The layout to use instead of the one derived from the schema.
    /// - Throws: `INVALID_TYPE`; for a record type `MALFORMED_ID`, `INVALID_ID_FIELD` and
    ///   `INVALID_CROSS_REFERENCE_KEY`; ``StoreError/layout(_:)`` if the file does not fit.
    public func describeLayout(
        _ object: String,
        recordTypeIDs: [String] = [],
        layout file: LayoutFile? = nil
    ) throws(StoreError) -> LayoutDescription {
        let schema = store.schema
        let type = try schema.required(object, apiVersion: apiVersion)
        for text in recordTypeIDs { try Self.checkRecordType(text) }
        do throws(LayoutError) {
            return try SchemaView(schema, apiVersion: apiVersion).layout(of: type, file)
        } catch {
            throw .layout(error)
        }
    }

    private static func checkRecordType(_ text: String) throws(StoreError) {
        guard let id = RecordID(text.trimmingWhiteSpace()) else {
            throw .fault(Fault(.malformedID, "malformed id \(text)"))
        }
        guard id.prefix == RecordTypeInfo.recordTypePrefix else {
            throw .fault(Fault(.invalidIDField, "\(id) is not the id of a record type"))
        }
        guard id == RecordTypeInfo.masterID else {
            throw .fault(Fault(.invalidCrossReferenceKey, "invalid cross reference id"))
        }
    }
}
