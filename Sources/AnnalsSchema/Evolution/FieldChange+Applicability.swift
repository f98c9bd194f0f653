extension FieldChange {
    /// Settings that fields of this kind cannot have at all.
    ///
    /// A setting that an existing field has in any case may be declared, since `annals schema`
    /// prints it.
    func checkApplicability(
        _ kind: Field.Kind,
        isNew: Bool,
        of field: Field? = nil
    ) throws(SchemaError) {
        let type = kind.rawValue.withArticle
        func check(
            _ property: String,
            isGiven: Bool,
            isAllowed: Bool,
            _ reason: String
        ) throws(SchemaError) {
            if isGiven, !isAllowed { throw refused(property, reason) }
        }
        if let length = declaration.length, length != field?.length {
            if let lengths = kind.lengths {
                guard lengths.contains(length) else {
                    throw refused(
                        "length",
                        "\(length) is not within 1 to \(lengths.upperBound), the characters that "
                            + "\(type) may have"
                    )
                }
            } else if isNew ? length != kind.defaultLength || length == 0 : true {
                throw refused("length", "\(type) has no length that can be set")
            }
        }
        try check(
            "required",
            isGiven: declaration.required != nil,
            isAllowed: kind != .boolean,
            "a boolean is never null"
        )
        let isUnique = declaration.unique ?? field?.has(.unique) ?? false
        try check(
            "unique",
            isGiven: declaration.unique == true,
            isAllowed: kind.canBeUnique || field?.has(.unique) == true,
            "\(type) cannot be unique: a string, an email, an int or a double can"
        )
        try check(
            "externalId",
            isGiven: declaration.externalId == true,
            isAllowed: kind.canBeUnique || field?.has(.externalID) == true,
            "\(type) cannot be an external id: a string, an email, an int or a double can"
        )
        try check(
            "caseSensitive",
            isGiven: declaration.caseSensitive == true,
            isAllowed: kind.isText && isUnique || field?.has(.caseSensitive) == true,
            "case counts or not only in a unique text"
        )
        try check(
            "indexed",
            isGiven: declaration.indexed != nil,
            isAllowed: field?.id.isSlot != false,
            "the index of a system field cannot change"
        )
        try check(
            "values",
            isGiven: declaration.values != nil,
            isAllowed: kind == .picklist,
            "only a picklist has values"
        )
        try check(
            "restricted",
            isGiven: declaration.restricted != nil,
            isAllowed: kind == .picklist || declaration.restricted == false,
            "only a picklist has values to restrict to"
        )
        for (property, isGiven) in [
            ("referenceTo", declaration.referenceTo != nil),
            ("relationshipName", declaration.relationshipName != nil),
            ("onTargetDeletion", declaration.onTargetDeletion != nil),
        ] {
            try check(
                property,
                isGiven: isGiven,
                isAllowed: kind == .reference,
                "only a reference has it"
            )
        }
        for (property, isGiven) in [
            ("minimum", declaration.minimum != nil), ("maximum", declaration.maximum != nil),
        ] {
            try check(property, isGiven: isGiven, isAllowed: kind == .int, "only an int has bounds")
        }
    }
}

extension String {
    /// With "a" or "an" before it.
    var withArticle: String {
        let takesAn = utf8.first.map { "aeio".utf8.contains($0) } ?? false
        return (takesAn ? "an " : "a ") + self
    }
}
