/// An object with fields of every type that a value can be bound for.
let thingSchema = """
    {"objects": [{"name": "Thing__c", "label": "Thing",
    "nameField": {"label": "Name", "type": "string"}, "fields": [
    {"name": "Text__c", "label": "t", "type": "string"},
    {"name": "Index__c", "label": "i", "type": "string", "indexed": true},
    {"name": "Code__c", "label": "c", "type": "string", "unique": true, "caseSensitive": true},
    {"name": "Count__c", "label": "c", "type": "int", "indexed": true},
    {"name": "Size__c", "label": "s", "type": "double"},
    {"name": "Flag__c", "label": "f", "type": "boolean"},
    {"name": "Day__c", "label": "d", "type": "date"},
    {"name": "Moment__c", "label": "m", "type": "datetime"},
    {"name": "Parent__c", "label": "r", "type": "reference", "referenceTo": ["Thing__c"],
     "relationshipName": "Parent__r"}]}]}
    """
