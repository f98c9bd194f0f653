// The columns of a query for records (Specification: soql 3, 4.2, 4.3).
extension Check {
    func recordColumns(_ query: Query, _ scope: Scope) throws(SOQLError) {
        var aliases = DuplicateNames()
        var fields = DuplicatePaths(scope)
        var references: [TypeOf] = []
        for column in query.columns {
            switch column.kind {
            case .child: break
            case .typeOf(let typeOf): references.append(typeOf)
            case .field(.distance): break
            case .field(.path(let path)):
                if let alias = column.alias {
                    throw malformed(
                        "only aggregate expressions use field aliasing",
                        at: alias.range
                    )
                }
                if let first = fields.insert(path) { throw duplicateField(first, again: path) }
            case .field(.call(let call)):
                let isDateFunction = call.function?.kind == .date || call.hasDateFunction
                if isDateFunction {
                    throw malformed("Field must be grouped or aggregated: \(call)", at: call.range)
                }
                if Dialect.requiresAliasBesideField, column.alias == nil,
                    case .path(let path) = call.argument, let first = fields.insert(path)
                {
                    throw duplicateField(first, again: path)
                }
            }
            if let alias = column.alias, !aliases.insert(alias) { throw duplicateAlias(alias) }
        }
        if !references.isEmpty { try typeOfs(references, in: query, scope) }
    }

    /// What TYPEOF selects must not also be selected by a path, or another TYPEOF.
    private func typeOfs(
        _ references: [TypeOf],
        in query: Query,
        _ scope: Scope
    ) throws(SOQLError) {
        var byReference: [String: TypeOf] = [:]
        for typeOf in references {
            let key = scope.key(of: .path(typeOf.path))
            if let first = byReference[key] { throw duplicateField(first.path, again: typeOf.path) }
            byReference[key] = typeOf
        }
        for column in query.columns {
            guard case .field(.path(let path)) = column.kind else { continue }
            var key = ""
            for name in scope.relative(path).dropLast() {
                key += key.isEmpty ? name.folded : "." + name.folded
                if let typeOf = byReference[key] {
                    throw malformed(
                        "\(typeOf.path) is selected by TYPEOF, and cannot be by a path: \(path)",
                        at: path.range
                    )
                }
            }
        }
    }

    /// The name as first typed (Specification: soql 13.4): a schema may know better.
    private func duplicateField(_ first: Path, again path: Path) -> SOQLError {
        SOQLError(
            .invalidField,
            "duplicate field selected: \(first)",
            at: path.range,
            in: text
        )
    }

    /// `FIELDS(ALL)` and `FIELDS(CUSTOM)` need a limit on the number of records.
    func fields(_ query: Query, _ scope: Scope) throws(SOQLError) {
        for column in query.columns {
            guard case .field(.call(let call)) = column.kind, call.function == .fields,
                call.fieldGroup != .standard
            else { continue }
            if let limit = query.limit, limit <= Dialect.fieldsLimitMax { return }
            if let filter = query.filter, let ids = filter.idCount(scope),
                ids <= Dialect.fieldsLimitMax
            {
                return
            }
            throw malformed(
                "The SOQL FIELDS function must have a LIMIT of at most \(Dialect.fieldsLimitMax)",
                at: call.range
            )
        }
    }
}

extension FunctionCall: CustomStringConvertible {
    package var description: String { Expression.call(self).description }

    var hasDateFunction: Bool {
        guard case .call(let inner) = argument else { return false }
        return inner.function?.kind == .date
    }
}

extension Condition {
    /// How many records it can match, if it names them by their ids; `nil` if it does not.
    fileprivate func idCount(_ scope: Scope) -> Int? {
        switch self {
        case .not: return nil
        case .and(let terms): return terms.compactMap { $0.idCount(scope) }.min()
        case .or(let terms):
            var sum = 0
            for term in terms {
                guard let count = term.idCount(scope) else { return nil }
                sum += count
            }
            return sum
        case .comparison(let comparison):
            guard case .path(let path) = comparison.left else { return nil }
            let field = scope.relative(path)
            guard field.count == 1, field.first?.matches("Id") == true else { return nil }
            switch (comparison.operator, comparison.right) {
            case (.equal, .value): return 1
            case (.in, .list(let ids)): return ids.count
            default: return nil
            }
        }
    }
}

/// Detects a path that occurs a second time, as ``DuplicateNames`` does for names.
private struct DuplicatePaths {
    private let scope: Scope
    private var few: [Path] = []
    private var many: [String: Path] = [:]

    private static let fewMax = 16

    init(_ scope: Scope) { self.scope = scope }

    /// The path that was there before; `nil` if this is the first.
    mutating func insert(_ path: Path) -> Path? {
        if many.isEmpty {
            if let first = few.first(where: { scope.isSame($0, path) }) { return first }
            few.append(path)
            if few.count > DuplicatePaths.fewMax {
                for path in few { many[scope.key(of: .path(path))] = path }
            }
            return nil
        }
        let key = scope.key(of: .path(path))
        if let first = many[key] { return first }
        many[key] = path
        return nil
    }
}
