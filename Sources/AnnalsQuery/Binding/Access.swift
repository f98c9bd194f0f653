internal import AnnalsSOQL
internal import AnnalsSchema

/// Where a value lies in a row.
enum Leaf: Hashable, Sendable {
    case slot(Int)
    case id, isDeleted, createdDate, createdBy, lastModifiedDate, lastModifiedBy, systemModstamp
    /// Kept for each user: for this one.
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

/// The path from a record to a value: the references to follow, and where it lies at their end.
struct Access: Sendable {
    /// At the end of a reference to several objects: a different place for each of them.
    struct Target: Sendable {
        let leaf: Leaf
        let field: Field
    }

    /// The references, starting at the record.
    var hops: [Leaf] = []
    var leaf: Leaf
    /// `nil` for the type of a record.
    var field: Field?
    /// By the object's code; other objects have no such field.
    var targets: [UInt16: Target]?
    /// Whether deleted records along the path count.
    var seesDeleted = false
    /// The object that has the field, as named in messages.
    var entity = ""
    /// Its keys in the result: relationships, then the field, in the API's spelling.
    var keys: [String] = []

    var kind: Field.Kind { field?.kind ?? .string }
    /// Whether it is the record's own.
    var isOwn: Bool { hops.isEmpty }
}

/// An access, and what is done with the value there.
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
