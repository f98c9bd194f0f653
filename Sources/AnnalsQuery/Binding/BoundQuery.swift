internal import AnnalsSOQL
internal import AnnalsSchema

/// A query with every name resolved against the schema: everything that execution needs.
struct BoundQuery: Sendable {
    /// The structure of the result.
    enum Shape: Sendable {
        case count
        case records([OutputNode])
        case groups(BoundGrouping)
    }

    struct Order: Sendable {
        let operand: Operand
        let isDescending: Bool
        let nullsLast: Bool
    }

    let object: ObjectType
    var filter = Predicate.constant(true)
    var shape = Shape.count
    var order: [Order] = []
    var limit: Int?
    var offset: Int?
    var purpose: Query.Purpose?
    var includesDeleted = false
}

/// One part of a record's result.
indirect enum OutputNode: Sendable {
    case value(key: String, Operand)
    /// The same for a field of the record itself, as nearly all are.
    case cell(key: String, FieldID, Field.Kind)
    case id(key: String)
    /// The target of a reference, with these of its fields.
    case parent(key: String, Leaf, seesDeleted: Bool, [OutputNode])
    /// The records that refer to this one by `field`.
    case children(key: String, BoundQuery, field: Field)
    /// The fields of the branch for the object of the target of a reference.
    case typeOf(
        key: String,
        Leaf,
        seesDeleted: Bool,
        [UInt16: [OutputNode]],
        otherwise: [OutputNode]?
    )
}

/// What a grouped query does.
struct BoundGrouping: Sendable {
    enum Term: Sendable, Hashable {
        /// The value of a grouped expression.
        case group(Int)
        case aggregate(Int)
        /// The label of a grouped picklist.
        case label(Int)
        /// A part of a grouped date.
        case part(Int, Function)
        /// Whether the row is a subtotal over the expression.
        case grouping(Int)
    }

    struct Aggregate: Sendable {
        let function: Function
        let operand: Operand
    }

    struct Order: Sendable {
        let term: Term
        let isDescending: Bool
        let nullsLast: Bool
    }

    struct Column: Sendable {
        let key: String
        let term: Term
    }

    indirect enum Condition: Sendable {
        case all([Condition])
        case any([Condition])
        case not(Condition)
        case test(Term, Matcher)
        case constant(Bool)
    }

    let calendar: UserCalendar
    var expressions: [Operand] = []
    /// For each row of a group and its sums: which expressions count, one bit each.
    var sets: [UInt64] = []
    var aggregates: [Aggregate] = []
    var columns: [Column] = []
    var having = Condition.constant(true)
    var order: [Order] = []

    /// How values of a term sort.
    func sortOrder(of term: Term, _ schema: Schema) -> SortOrder {
        switch term {
        case .group(let index): return expressions[index].order(schema)
        case .aggregate(let index):
            switch aggregates[index].function {
            case .min, .max: return aggregates[index].operand.order(schema)
            default: return SortOrder(nil, schema)
            }
        case .grouping, .part, .label: return SortOrder(nil, schema)
        }
    }
}
