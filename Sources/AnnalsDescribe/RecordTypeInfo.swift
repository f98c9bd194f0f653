public import AnnalsSchema

/// A record type of an object: here always the one that every object has, since there are no others
/// (Specification: describe 2.4).
public struct RecordTypeInfo: Sendable, Hashable, Encodable, InJSON {
    /// The id of the record type.
    public let recordTypeId: RecordID
    private let layoutLink: String

    /// The id of the master record type of every object.
    package static let masterID = RecordID(prefix: recordTypePrefix, serial: 0)

    /// `012`, with which the ids of record types begin.
    package static let recordTypePrefix = KeyPrefix(packed: 0x30_31_32)

    init(masterOf object: ObjectType, in view: SchemaView) {
        recordTypeId = Self.masterID
        layoutLink = ObjectLinks(object, in: view).layout(ofRecordType: recordTypeId)
    }

    package var json: OrderedJSON {
        [
            "active": true,
            "available": true,
            "defaultRecordTypeMapping": true,
            "developerName": "Master",
            "master": true,
            "name": "Master",
            "recordTypeId": .text(recordTypeId.description),
            "urls": ["layout": .text(layoutLink)],
        ]
    }
}
