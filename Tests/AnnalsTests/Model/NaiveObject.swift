import Annals

/// An object as described by the specification (Specification: fields 7).
struct NaiveObject: Sendable {
    let name: String
    let label: String
    let prefix: String
    let fields: [NaiveField]
    /// How Name is numbered, if it is: the text before the counter, and its width.
    var numbering: (text: @Sendable (Timestamp) -> String, width: Int)?
    var isDeletable = true

    /// Set only by the server (Specification: fields 5).
    static let systemFields = [
        "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById",
        "SystemModstamp",
    ]

    private static let byName: [String: NaiveObject] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name, $0) }
    )

    static func named(_ name: String) -> NaiveObject? { byName[name] }

    /// The object whose ids begin with the same prefix.
    static func of(_ id: RecordID) -> NaiveObject? { byPrefix[id.prefix] }

    private static let byPrefix: [KeyPrefix: NaiveObject] = Dictionary(
        uniqueKeysWithValues: all.compactMap { object in
            KeyPrefix(object.prefix).map { ($0, object) }
        }
    )

    /// The field of this name, if a session of this API version may name it.
    func field(_ name: String, apiVersion: Int) -> NaiveField? {
        if Self.systemFields.contains(name) { return .made(name, name) }
        return fields.first { $0.name == name && $0.since <= apiVersion }
    }

    /// The Name of the `serial`th record of its object.
    func autonumber(_ serial: Int, at time: Timestamp) -> Value? {
        guard let numbering else { return nil }
        let digits = String(serial)
        let zeros = String(repeating: "0", count: max(0, numbering.width - digits.count))
        return .text(numbering.text(time) + zeros + digits)
    }

    /// The Name of a person: first and last name, as far as they exist.
    func composedName(_ values: [String: Value]) -> Value? {
        guard fields.contains(where: { $0.name == "FirstName" }) else { return nil }
        let parts = ["FirstName", "LastName"].compactMap { values[$0]?.text }
        return .text(parts.joined(separator: " "))
    }
}

extension SObject {
    /// The id, if any: a text that is empty after trimming does not count.
    var givenID: Value? {
        guard let id, id != .null else { return nil }
        if let text = id.text, text.trimmed.isEmpty { return nil }
        return id
    }
}

extension Value {
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var recordID: RecordID? { if case .id(let id) = self { id } else { nil } }
}
