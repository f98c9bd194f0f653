/// All objects of a store, as of one position of its log.
package final class Schema: Sendable {
    /// In the order of their codes.
    package let objects: [ObjectType]
    private let byName: [String: Int]
    private let byNameIgnoringCase: [String: Int]
    private let byPrefix: [KeyPrefix: Int]
    private let byCode: [UInt16: Int]

    package init(_ objects: [ObjectType]) {
        let objects = objects.sorted { $0.code < $1.code }
        self.objects = objects
        byName = Dictionary(
            objects.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        byNameIgnoringCase = Dictionary(
            objects.enumerated().map { ($1.name.lowercased(), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        byPrefix = Dictionary(
            objects.enumerated().map { ($1.prefix, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        byCode = Dictionary(
            objects.enumerated().map { ($1.code, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The object of that name, ignoring case.
    package subscript(name: String) -> ObjectType? {
        guard let index = byName[name] ?? byNameIgnoringCase[name.lowercased()],
            name.utf8Span.isKnownASCII || objects[index].name.isSameName(as: name)
        else { return nil }
        return objects[index]
    }

    package func object(code: UInt16) -> ObjectType? { byCode[code].map { objects[$0] } }

    package func object(prefix: KeyPrefix) -> ObjectType? { byPrefix[prefix].map { objects[$0] } }

    /// The id of the record with the key `key`; `nil` if the object is not known.
    package func id(of key: RecordKey) -> RecordID? {
        object(code: key.object)?.id(ofSerial: key.serial)
    }

    /// The record's key.
    ///
    /// - Returns: `nil` if no object has ids that begin like this. An id whose number was never
    ///   assigned becomes a key that no record has.
    package func key(of id: RecordID) -> RecordKey? {
        guard let object = object(prefix: id.prefix) else { return nil }
        return RecordKey(object: object.code, serial: id.serial ?? RecordKey.serialMax)
    }
}
