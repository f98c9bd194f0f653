internal import AnnalsSchema

extension FieldDescription {
    package var json: OrderedJSON {
        [
            "aggregatable": .boolean(aggregatable),
            "aiPredictionField": false,
            "autoNumber": .boolean(autoNumber),
            "byteLength": .integer(byteLength),
            "calculated": false,
            "calculatedFormula": nil,
            "cascadeDelete": .boolean(cascadeDelete),
            "caseSensitive": .boolean(caseSensitive),
            "compoundFieldName": .text(compoundFieldName),
            "controllerName": nil,
            "createable": .boolean(createable),
            "custom": .boolean(custom),
            "defaultValue": defaultValue?.json ?? nil,
            "defaultValueFormula": .text(defaultValueFormula),
            "defaultedOnCreate": .boolean(defaultedOnCreate),
            "dependentPicklist": false,
            "deprecatedAndHidden": false,
            "digits": .integer(digits),
            "displayLocationInDecimal": false,
            "encrypted": false,
            "externalId": .boolean(externalId),
            "extraTypeInfo": .text(extraTypeInfo),
            "filterable": .boolean(filterable),
            "filteredLookupInfo": nil,
            "formulaTreatNullNumberAsZero": false,
            "groupable": .boolean(groupable),
            "highScaleNumber": false,
            "htmlFormatted": false,
            "idLookup": .boolean(idLookup),
            "inlineHelpText": nil,
            "label": .text(label),
            "length": .integer(length),
            "mask": nil,
            "maskType": nil,
            "name": .text(name),
            "nameField": .boolean(nameField),
            "namePointing": .boolean(namePointing),
            "nillable": .boolean(nillable),
            "permissionable": .boolean(permissionable),
            "picklistValues": .list(picklistValues.map(\.json)),
            "polymorphicForeignKey": .boolean(polymorphicForeignKey),
            "precision": 0,
            "queryByDistance": false,
            "referenceTargetField": nil,
            "referenceTo": .texts(referenceTo),
            "relationshipName": .text(relationshipName),
            "relationshipOrder": nil,
            "restrictedDelete": .boolean(restrictedDelete),
            "restrictedPicklist": .boolean(restrictedPicklist),
            "scale": 0,
            "searchPrefilterable": .boolean(searchPrefilterable),
            "soapType": .text(soapType),
            "sortable": .boolean(sortable),
            "type": .text(type),
            "unique": .boolean(unique),
            "updateable": .boolean(updateable),
            "writeRequiresMasterRead": false,
        ]
    }
}

extension Value {
    /// A default: a boolean, or a text.
    fileprivate var json: OrderedJSON {
        if case .boolean(let flag) = self { return .boolean(flag) }
        return .text(description)
    }
}
