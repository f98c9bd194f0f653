internal import AnnalsSOQL
internal import AnnalsSchema

extension Binder {
    func predicate(_ condition: Condition) throws -> Predicate {
        switch condition {
        case .not(let part): .not(try predicate(part))
        case .and(let parts): .all(try parts.map(predicate))
        case .or(let parts): .any(try parts.map(predicate))
        case .comparison(let comparison): try predicate(comparison)
        }
    }

    private func predicate(_ comparison: Comparison) throws -> Predicate {
        let operand = try operand(comparison.left)
        if let field = operand.access.field, !field.isFilterable {
            throw refusal(
                .invalidField,
                "field '\(field.name)' can not be filtered in a query call",
                at: comparison.left.range
            )
        }
        if case .semiJoin(let semiJoin) = comparison.right {
            return try predicate(semiJoin, comparison, operand)
        }
        let type = try comparedType(operand, comparison)
        let matcher = try matcher(comparison, type, name: operand.access.field?.name ?? "Type")
        guard let matcher else { return .constant(false) }
        return .test(Test(operand: operand, matcher: matcher))
    }

    /// The left side of a comparison.
    func operand(_ expression: Expression) throws -> Operand {
        switch expression {
        case .path(let path): return Operand(try access(path))
        case .distance(let distance):
            throw refusal(
                .malformedQuery,
                "DISTANCE is not supported: there are no geolocation fields",
                at: distance.range
            )
        case .call(let call): return try operand(call)
        }
    }

    private func operand(_ call: FunctionCall) throws -> Operand {
        guard let function = call.function else {
            throw refusal(.malformedQuery, "unknown function \(call.name)", at: call.range)
        }
        switch (function.kind, call.argument) {
        case (.date, .path(let path)):
            return try dateOperand(function, path, isConverted: false, call)
        case (.date, .call(let inner)):
            guard inner.function == .convertTimezone, case .path(let path) = inner.argument else {
                break
            }
            return try dateOperand(function, path, isConverted: true, call)
        case (.conversion, .path(let path)) where function == .toLabel:
            let access = try access(path)
            var labels: [[UInt8]: String] = [:]
            for entry in access.field?.picklist ?? [] {
                labels[FoldedText.bytes(of: entry.value)] = entry.label
            }
            return Operand(access, .label(labels))
        case (.conversion, .path(let path)) where function == .format:
            return Operand(try access(path))
        default: break
        }
        throw refusal(.malformedQuery, "\(call.name) is not supported here", at: call.range)
    }

    private func dateOperand(
        _ function: Function,
        _ path: Path,
        isConverted: Bool,
        _ call: FunctionCall
    ) throws -> Operand {
        let access = try access(path)
        let needsTime = function == .dayOnly || function == .hourInDay || isConverted
        guard access.kind == .datetime || (access.kind == .date && !needsTime) else {
            throw refusal(
                .malformedQuery,
                "\(call.name) does not take the field '\(access.field?.name ?? "")'",
                at: call.range
            )
        }
        return Operand(access, .date(circumstances.calendar, function, isConverted: isConverted))
    }

    /// The type of the operand's values.
    private func comparedType(_ operand: Operand, _ comparison: Comparison) throws -> ComparedType {
        switch operand.transform {
        case .label: return .text(isExact: false, kind: "string")
        case .date(_, let function, _): return function == .dayOnly ? .date : .int
        case .none: return ComparedType(operand.access.field)
        }
    }

    private func predicate(
        _ semiJoin: SemiJoin,
        _ comparison: Comparison,
        _ operand: Operand
    ) throws -> Predicate {
        guard operand.access.isOwn, operand.access.kind == .id || operand.access.kind == .reference
        else {
            throw refusal(
                .malformedQuery,
                "a semi join compares an id or reference field of \(object.name)",
                at: comparison.left.range
            )
        }
        guard let source = semiJoin.sources.first else { return .constant(false) }
        let inner = try Self.object(source, circumstances)
        guard inner.code != object.code else {
            throw refusal(
                .malformedQuery,
                "The inner and outer selects should not be on the same object type",
                at: semiJoin.range
            )
        }
        let binder = try Binder(semiJoin.sources, of: inner, circumstances)
        let column = try binder.operand(semiJoin.column)
        guard column.access.isOwn, column.access.kind == .id || column.access.kind == .reference
        else {
            throw refusal(
                .malformedQuery,
                "semi join sub-selects can only query id fields, cannot use: "
                    + "'\(column.access.field?.name ?? "")'",
                at: semiJoin.column.range
            )
        }
        guard
            !targets(of: operand.access, object).isDisjoint(with: targets(of: column.access, inner))
        else {
            throw refusal(
                .malformedQuery,
                "The selected field '\(column.access.field?.name ?? "")' in the subquery and the "
                    + "left operand field in the where expression in the outer query "
                    + "'\(operand.access.field?.name ?? "")' should point to the same object type",
                at: semiJoin.column.range
            )
        }
        var bound = BoundQuery(object: inner)
        bound.includesDeleted = circumstances.includesDeleted
        if let filter = semiJoin.filter { bound.filter = try binder.predicate(filter) }
        return .semiJoin(operand, bound, column: column, isAnti: comparison.operator == .notIn)
    }
}

/// The objects to which an id or a reference of `object` may refer.
private func targets(of access: Access, _ object: ObjectType) -> Set<String> {
    access.kind == .id ? [object.name] : Set(access.field?.referenceTo ?? [])
}

/// How literals and operators are checked against a field.
enum ComparedType {
    case text(isExact: Bool, kind: String)
    case int
    case double
    case boolean
    case date
    case dateTime
    case key(kind: String)

    init(_ field: Field?) {
        guard let field else {
            self = .text(isExact: false, kind: "string")
            return
        }
        switch field.kind {
        case .string, .textarea, .phone, .email, .url, .picklist:
            self = .text(
                isExact: field.has([.unique, .caseSensitive]),
                kind: field.kind.rawValue
            )
        case .int: self = .int
        case .double: self = .double
        case .boolean: self = .boolean
        case .date: self = .date
        case .datetime: self = .dateTime
        case .id: self = .key(kind: "id")
        case .reference: self = .key(kind: "reference")
        }
    }

    /// As named in messages.
    var name: String {
        switch self {
        case .text: "string"
        case .int: "int"
        case .double: "double"
        case .boolean: "boolean"
        case .date: "date"
        case .dateTime: "dateTime"
        case .key: "reference"
        }
    }
}
