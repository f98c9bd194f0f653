import Annals

/// An object as the specification tells of it (Specification: fields 7).
struct NaiveObject: Sendable {
    let name: String
    let label: String
    let prefix: String
    let fields: [NaiveField]
    /// How Name is numbered, if it is: what stands before the counter, and how wide it is.
    var numbering: (text: @Sendable (Timestamp) -> String, width: Int)?
    var isDeletable = true

    /// What the server alone sets (Specification: fields 5).
    static let systemFields = [
        "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById",
        "SystemModstamp",
    ]

    private static let byName: [String: NaiveObject] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name, $0) }
    )

    static func named(_ name: String) -> NaiveObject? { byName[name] }

    /// The object whose ids begin like this one.
    static func of(_ id: RecordID) -> NaiveObject? { byPrefix[id.prefix] }

    private static let byPrefix: [KeyPrefix: NaiveObject] = Dictionary(
        uniqueKeysWithValues: all.compactMap { object in
            KeyPrefix(object.prefix).map { ($0, object) }
        }
    )

    /// What a session of this API version may name.
    func field(_ name: String, apiVersion: Int) -> NaiveField? {
        if Self.systemFields.contains(name) { return .made(name, name) }
        return fields.first { $0.name == name && $0.since <= apiVersion }
    }

    /// Name of the record that is the `serial`th of its object.
    func autonumber(_ serial: Int, at time: Timestamp) -> Value? {
        guard let numbering else { return nil }
        let digits = String(serial)
        let zeros = String(repeating: "0", count: max(0, numbering.width - digits.count))
        return .text(numbering.text(time) + zeros + digits)
    }

    /// Name of a person: first and last name, as far as there are any.
    func composedName(_ values: [String: Value]) -> Value? {
        guard fields.contains(where: { $0.name == "FirstName" }) else { return nil }
        let parts = ["FirstName", "LastName"].compactMap { values[$0]?.text }
        return .text(parts.joined(separator: " "))
    }
}

extension SObject {
    /// Whose record: text of which nothing is left names none.
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
