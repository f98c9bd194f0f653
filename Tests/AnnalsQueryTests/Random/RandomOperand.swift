import Annals
import AnnalsSOQL
import AnnalsTestSupport

/// Something that a random query names: a field, a path, or a function of one.
struct RandomOperand {
    enum Kind {
        case text, picklist, boolean, int, double, date, dateTime, id
    }

    /// The object of the query.
    let object: ObjectType
    /// Its text in the query.
    let text: String
    let kind: Kind
    /// Equal for two operands that mean the same.
    let key: String
    /// The last field; `nil` if it depends on the target of a reference.
    let field: Field?
    /// Its value for a record, or a similar value.
    let sample: (NaiveRecord) -> Value

    func has(_ property: Field.Properties) -> Bool {
        guard let field else {
            // A time that is read through a polymorphic reference can't be grouped; parts of dates
            // can.
            return property != .group || kind != .dateTime
        }
        switch property {
        case .filter: return field.isFilterable
        case .sort: return field.isSortable
        case .group: return field.isGroupable
        default: return field.has(property)
        }
    }

    var isAggregable: Bool { kind != .boolean && field?.isAggregatable != false }
}

extension RandomOperand.Kind {
    init(_ field: Field) {
        self =
            switch field.kind {
            case .id, .reference: .id
            case .boolean: .boolean
            case .int: .int
            case .double: .double
            case .date: .date
            case .datetime: .dateTime
            case .picklist: .picklist
            case .string, .textarea, .phone, .email, .url: .text
            }
    }
}

/// Picks names that a query may use according to the schema.
struct RandomNames {
    var random: SeededRandom
    let evaluator: NaiveEvaluator
    var store: NaiveStore { evaluator.store }

    mutating func pick<T>(_ values: [T]) -> T { values[random.below(values.count)] }

    /// A name in the API's spelling, or with other case.
    mutating func spelled(_ name: String) -> String {
        switch random.below(40) {
        case 0: name.uppercased()
        case 1: name.lowercased()
        default: name
        }
    }

    /// A field of the object, or of an object that it refers to.
    mutating func operand(
        of object: ObjectType,
        _ root: RandomRoot,
        where isFit: (RandomOperand) -> Bool = { _ in true }
    ) -> RandomOperand {
        while true {
            let operand = anyOperand(of: object, root)
            if isFit(operand) { return operand }
        }
    }

    private mutating func anyOperand(of object: ObjectType, _ root: RandomRoot) -> RandomOperand {
        var names: [String] = []
        var holder = object
        var isPolymorphic = false
        while names.count < 4, !isPolymorphic, random.chance(names.isEmpty ? 30 : 25) {
            let references = holder.fields.filter { $0.relationshipName != nil }
            if references.isEmpty { break }
            let reference = pick(references)
            names.append(reference.relationshipName ?? "")
            isPolymorphic = reference.referenceTo.count > 1
            holder = store.schema[reference.referenceTo[0]] ?? holder
        }
        // Only some targets of the reference have an address.
        let shared = [
            "Id", "Name", "Type", "Id", "Name", "Type", "Email", "IsActive", "LastName", "Phone",
            "ProfileId", "LastViewedDate",
        ]
        let name = isPolymorphic ? pick(shared) : pick(holder.fields).name
        names.append(name)
        let path = NaivePath(names.map { Name($0) }, from: object, in: store.schema)
        var kind = RandomOperand.Kind.text
        var field: Field?
        switch path.end {
        case .field(let end):
            field = end
            kind = RandomOperand.Kind(end)
        case .id: kind = .id
        case .shared("IsActive"): kind = .boolean
        case .shared("ProfileId"): kind = .id
        case .shared("LastViewedDate"): kind = .dateTime
        case .name, .type, .shared: break
        }
        let evaluator = evaluator
        return RandomOperand(
            object: object,
            text: written(names, root),
            kind: kind,
            key: names.joined(separator: "."),
            field: field,
            sample: { evaluator.value(of: $0, path) }
        )
    }

    /// The path, sometimes preceded by its starting point.
    private mutating func written(_ names: [String], _ root: RandomRoot) -> String {
        var written: [String] = []
        for name in names { written.append(spelled(name)) }
        if let short = root.short, short.path == names.dropLast().joined(separator: ".") {
            written = [short.name, written[written.count - 1]]
        } else if !root.prefixes.isEmpty, random.chance(15) {
            written.insert(spelled(pick(root.prefixes)), at: 0)
        }
        return written.joined(separator: ".")
    }

    /// A part of a date.
    mutating func datePart(
        of object: ObjectType,
        _ root: RandomRoot,
        where isFit: (RandomOperand) -> Bool
    ) -> RandomOperand {
        let date = operand(of: object, root) {
            ($0.kind == .date || $0.kind == .dateTime) && isFit($0)
        }
        return datePart(of: date)
    }

    mutating func datePart(of date: RandomOperand) -> RandomOperand {
        let isTime = date.kind == .dateTime
        let functions = Function.allCases.filter { $0.kind == .date }
        let function = pick(
            isTime ? functions : functions.filter { $0 != .dayOnly && $0 != .hourInDay }
        )
        let isLocal = isTime && random.chance(50)
        let calendar = evaluator.calendar
        let inner = isLocal ? "\(spelled("convertTimezone"))(\(date.text))" : date.text
        return RandomOperand(
            object: date.object,
            text: "\(spelled(function.rawValue))(\(inner))",
            kind: function == .dayOnly ? .date : .int,
            key: "\(function.rawValue)(\(isLocal ? "local " : "")\(date.key))",
            field: nil,
            sample: { calendar.part(function, of: date.sample($0), isLocal: isLocal) }
        )
    }
}

/// What the paths of a FROM may begin with.
struct RandomRoot {
    var prefixes: [String] = []
    /// A relationship that has an alias.
    var short: (name: String, path: String)?
    /// The text of FROM.
    var text = ""
}
