import AnnalsDescribe
import AnnalsSchema

/// The schema of a store that was made with a schema file.
func sampleSchema(_ file: String = #"{"objects": []}"#) throws -> Schema {
    let standard = Schema(ObjectType.Definition.standard.map { ObjectType($0) })
    let changed = try standard.changes(by: SchemaFile(json: Array(file.utf8)))
    let codes = Set(changed.map(\.code))
    return Schema(
        standard.objects.filter { !codes.contains($0.code) } + changed.map { ObjectType($0) }
    )
}

/// Custom objects, and fields of every kind.
let sampleFile = #"""
    {"objects": [
      {"name": "Site__c", "label": "Site", "pluralLabel": "Sites",
       "nameField": {"label": "Site Number", "type": "autonumber", "displayFormat": "S-{0000}"},
       "fields": [
        {"name": "Region__c", "label": "Region", "type": "picklist", "restricted": true,
         "values": [{"value": "North", "label": "The North"}, {"value": "South", "default": true},
                    {"value": "West", "active": false}]},
        {"name": "Code__c", "type": "string", "length": 12, "unique": true, "externalId": true,
         "caseSensitive": true, "required": true},
        {"name": "Notes__c", "type": "textarea", "length": 2000},
        {"name": "Greeting__c", "type": "string", "default": "say \"hi\""},
        {"name": "Floors__c", "type": "int", "minimum": -5, "maximum": 120, "default": 1},
        {"name": "Seats__c", "type": "int"},
        {"name": "Area__c", "type": "double"},
        {"name": "Opened__c", "type": "date"},
        {"name": "Checked__c", "type": "datetime"},
        {"name": "Mail__c", "type": "email"},
        {"name": "Page__c", "type": "url"},
        {"name": "IsOpen__c", "type": "boolean", "default": true},
        {"name": "Account__c", "type": "reference", "referenceTo": ["Account"],
         "relationshipName": "Account__r", "onTargetDeletion": "cascade"},
        {"name": "Billed__c", "type": "reference", "referenceTo": ["Account"],
         "relationshipName": "Billed__r", "onTargetDeletion": "restrict"},
        {"name": "Keeper__c", "type": "reference", "referenceTo": ["Contact", "User"],
         "relationshipName": "Keeper__r"},
        {"name": "Parent__c", "type": "reference", "referenceTo": ["Site__c"],
         "relationshipName": "Parent__r"}
       ]},
      {"name": "ContactRequest", "fields": [
        {"name": "Site__c", "type": "reference", "referenceTo": ["Site__c"],
         "relationshipName": "Site__r"}
       ]}
    ]}
    """#

extension SchemaView {
    /// The description of an object, which must exist.
    func described(_ name: String) throws -> ObjectDescription {
        guard let object = object(name) else { throw NoSuchObject(name: name) }
        return description(of: object)
    }
}

struct NoSuchObject: Error { let name: String }
