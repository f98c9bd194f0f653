internal import AnnalsSOQL
internal import AnnalsSchema

/// Where a value lies in a row.
enum Leaf: Hashable, Sendable {
    case slot(Int)
    case id, isDeleted, createdDate, createdBy, lastModifiedDate, lastModifiedBy, systemModstamp
    /// Kept for each user: of this one.
    case viewed(RecordKey)
    case referenced(RecordKey)
    /// The name of the record's object.
    case type

    init?(_ id: FieldID, user: RecordKey) {
        switch id {
        case .id: self = .id
        case .isDeleted: self = .isDeleted
        case .createdDate: self = .createdDate
        case .createdByID: self = .createdBy
        case .lastModifiedDate: self = .lastModifiedDate
        case .lastModifiedByID: self = .lastModifiedBy
        case .systemModstamp: self = .systemModstamp
        case .lastViewedDate: self = .viewed(user)
        case .lastReferencedDate: self = .referenced(user)
        default:
            guard id.isSlot else { return nil }
            self = .slot(Int(id.rawValue))
        }
    }
}

/// The way from a record to a value: references that are followed, and where it lies at their end.
struct Access: Sendable {
    /// At the end of a reference to several objects: another place for each of them.
    struct Target: Sendable {
        let leaf: Leaf
        let field: Field
    }

    /// Of the references, from the record on.
    var hops: [Leaf] = []
    var leaf: Leaf
    /// `nil` for the type of a record.
    var field: Field?
    /// By the object's code; the others have no such field.
    var targets: [UInt16: Target]?
    /// Whether deleted records on the way count.
    var seesDeleted = false
    /// The object whose field it is, as messages name it.
    var entity = ""
    /// What it is called in the answer: relationships, then the field, in the API's spelling.
    var keys: [String] = []

    var kind: Field.Kind { field?.kind ?? .string }
    /// Whether it is the record's own.
    var isOwn: Bool { hops.isEmpty }
}

/// An access, and what is made of the value there.
struct Operand: Sendable {
    enum Transform: Sendable {
        case none
        /// A date function; `convertTimezone` inside it or not.
        case date(UserCalendar, Function, isConverted: Bool)
        /// `toLabel`: labels by folded value.
        case label([[UInt8]: String])
    }

    var access: Access
    var transform = Transform.none

    init(_ access: Access, _ transform: Transform = .none) {
        self.access = access
        self.transform = transform
    }

    /// How its values sort.
    func order(_ schema: Schema) -> SortOrder {
        if case .none = transform { return SortOrder(access.field, schema) }
        return SortOrder(nil, schema)
    }
}
