import Annals
import Foundation

/// The custom objects and fields of random stores: every kind of field, with and without an index.
enum RandomSchema {
    static func first() throws -> SchemaFile { try file(initial) }

    /// The definitions that are added while the store is filled.
    static func later() throws -> [SchemaFile] { try [index, addition].map(file) }

    private static func file(_ text: String) throws -> SchemaFile {
        try SchemaFile(json: Array(text.utf8))
    }

    private static let initial = """
        {"objects": [
          {"name": "Thing__c", "label": "Thing", "fields": [
            {"name": "Text__c", "type": "string"},
            {"name": "Tag__c", "type": "string", "indexed": true},
            {"name": "Long__c", "type": "string", "indexed": true},
            {"name": "Wide__c", "type": "string"},
            {"name": "Code__c", "type": "string", "unique": true, "externalId": true,
             "caseSensitive": true},
            {"name": "Key__c", "type": "string", "unique": true},
            {"name": "Count__c", "type": "int"},
            {"name": "Rank__c", "type": "int", "indexed": true},
            {"name": "Amount__c", "type": "double"},
            {"name": "Weight__c", "type": "double", "indexed": true},
            {"name": "Day__c", "type": "date"},
            {"name": "Due__c", "type": "date", "indexed": true},
            {"name": "At__c", "type": "datetime"},
            {"name": "Seen__c", "type": "datetime", "indexed": true},
            {"name": "Flag__c", "type": "boolean"},
            {"name": "Mark__c", "type": "boolean", "indexed": true},
            {"name": "Kind__c", "type": "picklist", "values": [
              {"value": "Zebra", "label": "Animal, striped"}, {"value": "apple", "label": "Fruit"},
              {"value": "Mango", "label": "fruit"}, {"value": "École"}]},
            {"name": "Level__c", "type": "picklist", "indexed": true, "restricted": true,
             "values": [{"value": "low", "label": "L"}, {"value": "High", "label": "H"},
              {"value": "Average", "label": "M"}]},
            {"name": "Mail__c", "type": "email", "indexed": true},
            {"name": "Site__c", "type": "url"},
            {"name": "Call__c", "type": "phone"},
            {"name": "Notes__c", "type": "textarea"},
            {"name": "Memo__c", "type": "textarea", "length": 255},
            {"name": "Account__c", "type": "reference", "referenceTo": ["Account"],
             "relationshipName": "Account__r", "onTargetDeletion": "cascade"},
            {"name": "Parent__c", "type": "reference", "referenceTo": ["Thing__c"],
             "relationshipName": "Parent__r"}
          ]},
          {"name": "Account", "fields": [
            {"name": "Size__c", "type": "int"},
            {"name": "Vip__c", "type": "boolean"},
            {"name": "Sector__c", "type": "picklist", "indexed": true,
             "values": [{"value": "Media"}, {"value": "Banking"}, {"value": "Apparel"}]}
          ]},
          {"name": "ContactRequest", "fields": [
            {"name": "Thing__c", "type": "reference", "referenceTo": ["Thing__c"],
             "relationshipName": "Thing__r"},
            {"name": "RequestReason", "indexed": true}
          ]}
        ]}
        """

    /// Adds an index to a field that records already have, and changes labels and the order of
    /// values.
    private static let index = """
        {"objects": [{"name": "Thing__c", "fields": [
          {"name": "Text__c", "indexed": true},
          {"name": "Kind__c", "indexed": true, "values": [
            {"value": "École", "label": "School"}, {"value": "apple", "label": "Fruit"},
            {"value": "Zebra", "label": "Horse"}]},
          {"name": "Tag__c", "indexed": false}]}]}
        """

    /// Fields that older records do not have.
    private static let addition = """
        {"objects": [
          {"name": "Thing__c", "fields": [
            {"name": "New__c", "type": "string", "indexed": true},
            {"name": "NewFlag__c", "type": "boolean", "indexed": true},
            {"name": "NewFriend__c", "type": "reference", "referenceTo": ["Contact"],
             "relationshipName": "NewFriend__r"},
            {"name": "Kind__c", "values": [
              {"value": "Mango", "label": "Fruit"}, {"value": "Zebra", "label": "Animal"},
              {"value": "Unlisted 1", "label": "Other"}]}]},
          {"name": "Extra__c", "label": "Extra", "fields": [
            {"name": "Thing__c", "type": "reference", "referenceTo": ["Thing__c"],
             "relationshipName": "Thing__r"},
            {"name": "Size__c", "type": "int", "indexed": true}]}
        ]}
        """
}
