internal import AnnalsSchema

// What a call fails with that names an object or a field that is not there.

extension Schema {
    /// The object of that name, if a client of `apiVersion` knows it.
    func required(_ name: String, apiVersion: Int) throws(StoreError) -> ObjectType {
        guard let object = self[name], object.isKnown(at: apiVersion) else {
            throw .fault(
                Fault(
                    .invalidType,
                    "sObject type '\(name)' is not supported. If you are attempting to use a "
                        + "custom object, be sure to append the '__c' after the entity name. "
                        + "Please reference your WSDL or the describe call for the appropriate "
                        + "names."
                )
            )
        }
        return object
    }
}

extension StoreError {
    static func unknownField(_ name: String, of object: ObjectType) -> StoreError {
        .fault(
            Fault(
                .invalidField,
                "No such column '\(name)' on entity '\(object.name)'. If you are attempting to "
                    + "use a custom field, be sure to append the '__c' after the custom field "
                    + "name. Please reference your WSDL or the describe call for the "
                    + "appropriate names."
            )
        )
    }
}
