import Annals

/// A field as described by the specification's tables, of which the model has its own copy.
struct NaiveField: Sendable {
    enum Kind { case text, email, picklist, boolean, int, double, date, dateTime, reference }

    let name: String
    let label: String
    let kind: Kind
    var length = 0
    var isCreateable = true
    var isUpdateable = true
    var isNillable = true
    var isUnique = false
    var isCaseSensitive = false
    /// Whether an upsert may find records by it: an external id, or an idLookup.
    var isKey = false
    var isRestricted = false
    var values: [String] = []
    var initial = Value.null
    var maximum = Int(Int32.max)
    var minimum = Int(Int32.min)
    var targets: [String] = []
    var onTargetDeletion = Field.DeletionRule.keep
    var since = 31

    var isOwner: Bool { name == "OwnerId" }

    /// Whether values that differ only in case are the same (Specification: calls 2.3).
    var ignoresCase: Bool { isUnique && !isCaseSensitive }

    func isSame(_ one: Value, _ other: Value) -> Bool {
        guard ignoresCase, case .text(let one) = one, case .text(let other) = other else {
            return one == other
        }
        return one.lowercased() == other.lowercased()
    }

    func with(_ change: (inout NaiveField) -> Void) -> NaiveField {
        var field = self
        change(&field)
        return field
    }

    static func text(_ name: String, _ label: String, _ length: Int) -> NaiveField {
        NaiveField(name: name, label: label, kind: .text, length: length)
    }

    static func required(_ name: String, _ label: String, _ length: Int) -> NaiveField {
        text(name, label, length).with { $0.isNillable = false }
    }

    /// A value that the server sets, and nobody else may set.
    static func made(_ name: String, _ label: String, isKey: Bool = false) -> NaiveField {
        text(name, label, 255).with {
            $0.isCreateable = false
            $0.isUpdateable = false
            $0.isKey = isKey
        }
    }

    static func picklist(
        _ name: String,
        _ label: String,
        _ values: [String],
        length: Int = 40,
        initial: Value = .null
    ) -> NaiveField {
        NaiveField(
            name: name,
            label: label,
            kind: .picklist,
            length: length,
            values: values,
            initial: initial
        )
    }

    static func reference(
        _ name: String,
        _ label: String,
        _ targets: [String],
        _ rule: Field.DeletionRule = .keep
    ) -> NaiveField {
        NaiveField(
            name: name,
            label: label,
            kind: .reference,
            targets: targets,
            onTargetDeletion: rule
        )
    }

    static let owner = reference("OwnerId", "Owner ID", ["Group", "User"])
        .with { $0.isNillable = false }

    static func boolean(_ name: String, _ label: String, _ initial: Bool) -> NaiveField {
        NaiveField(
            name: name,
            label: label,
            kind: .boolean,
            isNillable: false,
            initial: .boolean(initial)
        )
    }
}
