/// What `describeSObjects` describes: an object, its fields and what may be done with its records.
package final class ObjectType: Sendable {
    /// What may be done with the records of an object.
    package struct Abilities: OptionSet, Hashable, Sendable, Codable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let create = Abilities(rawValue: 1 << 0)
        package static let update = Abilities(rawValue: 1 << 1)
        package static let delete = Abilities(rawValue: 1 << 2)
        package static let undelete = Abilities(rawValue: 1 << 3)
        package static let retrieve = Abilities(rawValue: 1 << 4)
        package static let replicate = Abilities(rawValue: 1 << 5)
        package static let all: Abilities = [
            .create, .update, .delete, .undelete, .retrieve, .replicate,
        ]
    }

    /// The object as the log keeps it: everything else follows from this.
    package struct Definition: Hashable, Sendable, Codable {
        package let name: String
        package var label: String
        package var labelPlural: String
        package let keyPrefix: String
        /// The number by which rows and events refer to the object; never changed and never reused.
        package let code: UInt16
        /// The first API version that has the object.
        package var since: Int
        package var abilities: Abilities
        package var fields: [Field]
        /// The fields that make up Name if it is not entered, such as FirstName and LastName.
        package var nameParts: [String] = []

        package init(
            _ name: String,
            code: UInt16,
            label: String,
            labelPlural: String,
            keyPrefix: String,
            since: Int = APIVersion.oldest,
            abilities: Abilities = .all,
            fields: [Field]
        ) {
            self.name = name
            self.code = code
            self.label = label
            self.labelPlural = labelPlural
            self.keyPrefix = keyPrefix
            self.since = since
            self.abilities = abilities
            self.fields = fields
        }
    }

    package let definition: Definition
    package let prefix: KeyPrefix
    /// The fields that are kept in order, by field id.
    package let indexedFields: [Field]
    /// Whether values of any field must differ from record to record.
    package let hasUniqueFields: Bool
    /// Positions in ``fields`` of those that have a slot of the row, by slot; slot 1 at index 0.
    package let slotFields: [Int?]
    package let nameFieldIndex: Int?
    package let namePartIndices: [Int]
    package let createPlan: CreatePlan
    /// One for each of ``fields``.
    package let plainRules: [PlainRule]
    private let positions: [String: Int]
    private let positionsIgnoringCase: [String: Int]

    package init(_ definition: Definition) {
        self.definition = definition
        // A prefix was checked when the object was defined; text from elsewhere cannot match "???".
        prefix = KeyPrefix(definition.keyPrefix) ?? KeyPrefix(packed: 0x3F3F3F)
        let fields = definition.fields
        positions = Dictionary(
            fields.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        positionsIgnoringCase = Dictionary(
            fields.enumerated().map { ($1.name.lowercased(), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        indexedFields = fields.filter(\.isIndexed).sorted { $0.id < $1.id }
        hasUniqueFields = fields.contains { $0.has(.unique) }
        let slotCount = fields.map { $0.id.isSlot ? Int($0.id.rawValue) : 0 }.max() ?? 0
        var slots = [Int?](repeating: nil, count: slotCount)
        for (index, field) in fields.enumerated() where field.id.isSlot {
            slots[Int(field.id.rawValue) - 1] = index
        }
        slotFields = slots
        nameFieldIndex = fields.firstIndex { $0.has(.nameField) }
        namePartIndices = definition.nameParts.compactMap { part in
            fields.firstIndex { $0.name == part }
        }
        createPlan = CreatePlan(fields, hasNameParts: !namePartIndices.isEmpty)
        plainRules = fields.map(PlainRule.init)
    }

    package var name: String { definition.name }
    package var label: String { definition.label }
    package var fields: [Field] { definition.fields }
    package var code: UInt16 { definition.code }

    /// Whether a client of that API version knows the object.
    package func isKnown(at apiVersion: Int) -> Bool { definition.since <= apiVersion }

    package func has(_ ability: Abilities) -> Bool { definition.abilities.isSuperset(of: ability) }

    /// The field of that name, ignoring case.
    package subscript(name: String) -> Field? { index(of: name).map { definition.fields[$0] } }

    /// The index of the field of that name among ``fields``.
    package func index(of name: String) -> Int? {
        guard let index = positions[name] ?? positionsIgnoringCase[name.lowercased()],
            name.utf8Span.isKnownASCII || definition.fields[index].name.isSameName(as: name)
        else { return nil }
        return index
    }

    package func field(_ id: FieldID) -> Field? {
        guard id.isSlot else { return definition.fields.first { $0.id == id } }
        guard Int(id.rawValue) <= slotFields.count,
            let index = slotFields[Int(id.rawValue) - 1]
        else { return nil }
        return definition.fields[index]
    }

    /// The id of the record with this serial.
    package func id(ofSerial serial: UInt64) -> RecordID {
        RecordID(prefix: prefix, serial: serial)
    }
}

extension ObjectType.Definition {
    package static func == (left: Self, right: Self) -> Bool {
        left.texts == right.texts && left.code == right.code && left.since == right.since
            && left.abilities == right.abilities && left.fields == right.fields
    }

    /// Its own texts: Swift considers some equal that differ in their bytes.
    private var texts: [TextKey] {
        ([name, label, labelPlural, keyPrefix] + nameParts).map(TextKey.init)
    }
}
