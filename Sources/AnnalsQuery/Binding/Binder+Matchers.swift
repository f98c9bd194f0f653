internal import AnnalsSOQL
internal import AnnalsSchema

// The right side of a comparison, checked against the type of the left one (Specification: soql 6, 7).

extension Binder {
    /// - Returns: `nil` if no value, not even null, can satisfy the comparison.
    func matcher(
        _ comparison: Comparison,
        _ type: ComparedType,
        name: String
    ) throws -> Matcher? {
        try refuseCurrencies(comparison.right)
        try refuseOperator(comparison, type)
        switch comparison.right {
        case .semiJoin: return nil
        case .list(let literals):
            return try list(literals, isNegated: comparison.operator == .notIn, type, name)
        case .value(let literal):
            if comparison.operator == .like { return try like(literal, type, name) }
            return try single(literal, comparison.operator, type, name)
        }
    }

    /// There is only one currency, so `USD5` is not a value (Specification: soql 1.4).
    private func refuseCurrencies(_ right: Comparison.Operand) throws {
        let literals: [Literal]
        switch right {
        case .value(let literal): literals = [literal]
        case .list(let list): literals = list
        case .semiJoin: return
        }
        for literal in literals {
            guard case .currency = literal.value else { continue }
            let utf8 = Array(circumstances.text.utf8)
            let token = utf8[
                min(literal.range.start, utf8.count)..<min(literal.range.end, utf8.count)
            ]
            throw refusal(
                .malformedQuery,
                "unexpected token: '\(String(decoding: token, as: UTF8.self))'",
                at: literal.range
            )
        }
    }

    private func refuseOperator(_ comparison: Comparison, _ type: ComparedType) throws {
        let shown: String
        switch (comparison.operator, type) {
        case (.equal, _), (.notEqual, _), (.in, _), (.notIn, _), (.like, .text): return
        case (.includes, .text(_, let kind)), (.excludes, .text(_, let kind)): shown = kind
        case (.includes, _), (.excludes, _), (.like, _), (_, .boolean):
            if case .key(let kind) = type { shown = kind } else { shown = type.name }
        default: return
        }
        throw refusal(
            .invalidQueryFilterOperator,
            "invalid operator on \(shown) field",
            at: comparison.range
        )
    }

    private func wrongType(_ literal: Literal, _ type: ComparedType, _ name: String) -> SOQLError {
        let quotes: String
        switch type {
        case .text, .key: quotes = "should be enclosed in quotes"
        default: quotes = "should not be enclosed in quotes"
        }
        return refusal(
            .invalidField,
            "value of filter criterion for field '\(name)' must be of type \(type.name) and "
                + quotes,
            at: literal.range
        )
    }

    private func like(_ literal: Literal, _ type: ComparedType, _ name: String) throws -> Matcher? {
        guard case .text(let isExact, _) = type, case .pattern(let pattern) = literal.value else {
            throw wrongType(literal, type, name)
        }
        let elements: [LikeMatcher.Element] = pattern.elements.map { element in
            switch element {
            case .text(let text):
                .text(isExact ? Array(text.utf8) : FoldedText.bytes(of: text))
            case .anyRun: .anyRun
            case .anyCharacter: .anyCharacter
            }
        }
        return Matcher(form: .like(LikeMatcher(elements, isExact: isExact)), ofNull: false)
    }

    private func isNull(_ literal: Literal, _ type: ComparedType) -> Bool {
        switch (literal.value, type) {
        case (.null, _): true
        // The platform does not distinguish an empty text from none.
        case (.text(""), .text), (.text(""), .key): true
        default: false
        }
    }

    private func single(
        _ literal: Literal,
        _ op: Comparison.Operator,
        _ type: ComparedType,
        _ name: String
    ) throws -> Matcher? {
        let isNegated = op == .notEqual
        if isNull(literal, type) {
            guard op == .equal || op == .notEqual else { return nil }
            if case .boolean = type {
                return Matcher(form: .boolean(false), isNegated: isNegated, ofNull: !isNegated)
            }
            return Matcher(form: .nothing, isNegated: isNegated, ofNull: !isNegated)
        }
        switch type {
        case .text(let isExact, _):
            let text = try textValue(literal, type, name, isExact)
            let order: Matcher.TextOrder =
                switch op {
                case .less: .less
                case .lessOrEqual: .lessOrEqual
                case .greater: .greater
                case .greaterOrEqual: .greaterOrEqual
                default: .equal
                }
            return Matcher(
                form: .text(text, order, isExact: isExact),
                isNegated: isNegated,
                ofNull: isNegated
            )
        case .boolean:
            guard case .boolean(let flag) = literal.value else {
                throw wrongType(literal, type, name)
            }
            return Matcher(form: .boolean(flag), isNegated: isNegated, ofNull: false)
        case .key where op != .equal && op != .notEqual:
            let ranges = schema.serials(op, try recordID(literal, type, name))
            return Matcher(form: .serials(ranges), ofNull: false)
        case .key:
            let keys = try keyValue(literal, type, name).map { Set([$0]) } ?? []
            return Matcher(form: .keys(keys), isNegated: isNegated, ofNull: isNegated)
        case .int, .double, .date, .dateTime:
            let value = try range(literal, type, name)
            let range: (low: Int64, high: Int64) =
                switch op {
                case .less: (.min, value.low)
                case .lessOrEqual: (.min, value.high)
                case .greater: (value.high, .max)
                case .greaterOrEqual: (value.low, .max)
                default: value
                }
            return Matcher(form: .ranges([range]), isNegated: isNegated, ofNull: isNegated)
        }
    }

    private func list(
        _ literals: [Literal],
        isNegated: Bool,
        _ type: ComparedType,
        _ name: String
    ) throws -> Matcher? {
        let hasNull = literals.contains { isNull($0, type) }
        let values = literals.filter { !isNull($0, type) }
        let ofNull = isNegated ? QueryDialect.notInKeepsNulls && !hasNull : hasNull
        let form: Matcher.Form
        switch type {
        case .text(let isExact, _):
            form = .texts(
                Set(try values.map { try textValue($0, type, name, isExact) }),
                isExact: isExact
            )
        case .boolean: return try booleans(literals, isNegated: isNegated, type, name)
        case .key: form = .keys(Set(try values.compactMap { try keyValue($0, type, name) }))
        case .int, .double, .date, .dateTime:
            form = .ranges(try values.map { try range($0, type, name) })
        }
        return Matcher(form: form, isNegated: isNegated, ofNull: ofNull)
    }

    /// Null is false, in the list as in the record.
    private func booleans(
        _ literals: [Literal],
        isNegated: Bool,
        _ type: ComparedType,
        _ name: String
    ) throws -> Matcher? {
        var found: Set<Bool> = []
        for literal in literals {
            switch literal.value {
            case .boolean(let flag): found.insert(flag)
            case .null: found.insert(false)
            default: throw wrongType(literal, type, name)
            }
        }
        let all: Set<Bool> = [true, false]
        let wanted = isNegated ? all.subtracting(found) : found
        guard let first = wanted.first else { return nil }
        // Both: then there is no boolean that is neither.
        if wanted.count == 2 { return Matcher(form: .nothing, isNegated: true, ofNull: true) }
        return Matcher(form: .boolean(first), ofNull: !first)
    }

    private func textValue(
        _ literal: Literal,
        _ type: ComparedType,
        _ name: String,
        _ isExact: Bool
    ) throws -> [UInt8] {
        guard case .text(let text) = literal.value else { throw wrongType(literal, type, name) }
        return isExact ? Array(text.utf8) : FoldedText.bytes(of: text)
    }

    /// - Returns: `nil` for an id that no record can have.
    private func keyValue(
        _ literal: Literal,
        _ type: ComparedType,
        _ name: String
    ) throws -> UInt64? {
        schema.key(of: try recordID(literal, type, name))?.packed
    }

    private func recordID(
        _ literal: Literal,
        _ type: ComparedType,
        _ name: String
    ) throws -> RecordID {
        guard case .text(let text) = literal.value else { throw wrongType(literal, type, name) }
        guard let id = RecordID(text) else {
            throw refusal(
                .invalidQueryFilterOperator,
                "invalid ID field: \(text)",
                at: literal.range
            )
        }
        return id
    }

    /// The ordinals of a value, or of a date literal.
    private func range(
        _ literal: Literal,
        _ type: ComparedType,
        _ name: String
    ) throws -> (low: Int64, high: Int64) {
        switch (type, literal.value) {
        case (.int, .number(let number)):
            guard let exact = DecimalNumber(number.text) else { break }
            let floor = exact.floor
            // A number that is not whole lies between two: an empty range at its place.
            let next = floor == .max ? floor : floor + 1
            if exact.integer != nil { return (floor, next) }
            return exact.isWhole ? (floor, floor) : (next, next)
        case (.double, .number(let number)):
            // Like a value on its way into the field, so that the text that wrote a value also
            // finds it.
            switch DecimalNumber(number.text)?.place {
            case .double(let double)?: return (double.ordinal, double.ordinal + 1)
            case .above(let double)?: return (double.ordinal + 1, double.ordinal + 1)
            case nil: break
            }
        case (.date, .date(let date)):
            let day = Int64(date.daysSince1970)
            return (day, day + 1)
        case (.date, .dateRange(let range)):
            let days = circumstances.calendar.days(of: range)
            return (Int64(days.lowerBound), Int64(days.upperBound))
        case (.dateTime, .dateTime(let milliseconds)):
            let second = Timestamp(milliseconds: milliseconds).seconds
            return (second, second + 1)
        case (.dateTime, .dateRange(let range)):
            let seconds = circumstances.calendar.seconds(of: range)
            return (seconds.lowerBound, seconds.upperBound)
        default: break
        }
        throw wrongType(literal, type, name)
    }
}
