internal import AnnalsSOQL
internal import AnnalsSchema

/// Resolves the names of a query, and rejects what the schema does not allow.
///
/// Every rejection is a ``SOQLError`` with the place of the error (Specification: soql 13).
struct Binder {
    /// The context of a query and all its subqueries.
    struct Circumstances: Sendable {
        let text: String
        let schema: Schema
        let user: RecordKey
        let apiVersion: Int
        let calendar: UserCalendar
        let includesDeleted: Bool
    }

    let circumstances: Circumstances
    let object: ObjectType
    /// Relationship paths by the aliases that FROM gives them, folded.
    private(set) var aliases: [String: [Name]] = [:]

    var schema: Schema { circumstances.schema }

    /// - Parameter object: The object named in the first source.
    init(
        _ sources: [Source],
        of object: ObjectType,
        _ circumstances: Circumstances
    ) throws {
        self.circumstances = circumstances
        self.object = object
        guard let first = sources.first else { return }
        aliases[object.name.lowercased()] = []
        aliases[first.path.last.folded] = []
        if let alias = first.alias { aliases[alias.folded] = [] }
        for source in sources.dropFirst() {
            let path = unaliased(source.path.segments)
            _ = try access(toRecordAt: path, range: source.path.range)
            if let alias = source.alias { aliases[alias.folded] = path }
        }
    }

    func refusal(
        _ code: SOQLError.Code,
        _ message: String,
        at range: SourceRange
    ) -> SOQLError {
        SOQLError(code, message, at: range, in: circumstances.text)
    }

    /// A whole query, bound.
    static func bind(
        _ query: Query,
        _ circumstances: Circumstances
    ) throws -> BoundQuery {
        guard let source = query.sources.first else {
            throw SOQLError(
                .malformedQuery,
                "a query names an object after FROM",
                at: query.ranges.query,
                in: circumstances.text
            )
        }
        let object = try object(source, circumstances)
        try refuseDepth(of: query, circumstances)
        return try bind(query, of: object, circumstances)
    }

    /// Older clients have no children of children (Specification: soql 3.1).
    private static func refuseDepth(
        of query: Query,
        _ circumstances: Circumstances
    ) throws {
        guard circumstances.apiVersion < Dialect.deepChildrenVersion else { return }
        for column in query.columns {
            guard case .child(let child) = column.kind else { continue }
            for inner in child.columns {
                guard case .child(let grandchild) = inner.kind else { continue }
                throw SOQLError(
                    Dialect.relationshipsCode,
                    "child queries nest at most 2 levels, the root counted, before version "
                        + "\(Dialect.deepChildrenVersion).0",
                    at: grandchild.ranges.query,
                    in: circumstances.text
                )
            }
        }
    }

    static func object(
        _ source: Source,
        _ circumstances: Circumstances
    ) throws -> ObjectType {
        let name = source.path.description
        guard let object = circumstances.schema[name],
            object.isKnown(at: circumstances.apiVersion)
        else {
            throw SOQLError(
                .invalidType,
                "sObject type '\(name)' is not supported. If you are attempting to use a custom "
                    + "object, be sure to append the '__c' after the entity name. Please "
                    + "reference your WSDL or the describe call for the appropriate names.",
                at: source.path.range,
                in: circumstances.text
            )
        }
        return object
    }

    static func bind(
        _ query: Query,
        of object: ObjectType,
        _ circumstances: Circumstances
    ) throws -> BoundQuery {
        let binder = try Binder(query.sources, of: object, circumstances)
        var bound = BoundQuery(object: object)
        bound.includesDeleted = circumstances.includesDeleted
        try binder.refuseWhatIsNotHere(query)
        var filters: [Predicate] = []
        if let filter = query.filter { filters.append(try binder.predicate(filter)) }
        if let scope = query.sources.first?.scope, let filter = try binder.scope(scope) {
            filters.append(filter)
        }
        bound.filter = filters.count == 1 ? filters[0] : .all(filters)
        bound.limit = query.limit
        bound.offset = query.offset
        bound.purpose = query.purpose
        if query.isCount {
            bound.shape = .count
        } else if query.isGrouped {
            bound.shape = .groups(try binder.grouping(query))
        } else {
            bound.shape = .records(try binder.output(query.columns))
            bound.order = try query.order.map(binder.order)
        }
        return bound
    }

    private func order(_ key: OrderKey) throws -> BoundQuery.Order {
        let operand = try operand(key.expression)
        guard operand.access.field?.isSortable != false else {
            throw refusal(
                .malformedQuery,
                "field '\(operand.access.field?.name ?? "")' can not be sorted in a query call",
                at: key.expression.range
            )
        }
        return BoundQuery.Order(
            operand: operand,
            isDescending: key.isDescending,
            nullsLast: nullsLast(key, operand)
        )
    }

    /// Whether nulls come last in the order by `operand`.
    ///
    /// The query's own choice counts, unless the key is a reference or is reached through one:
    /// those keep their nulls on top (Specification: soql 9.1).
    func nullsLast(_ key: OrderKey, _ operand: Operand?) -> Bool {
        let isReference = operand.map { !$0.access.isOwn || $0.access.kind == .reference }
        let nulls = isReference == true ? nil : key.nulls
        return (nulls ?? QueryDialect.defaultNulls(isDescending: key.isDescending)) == .last
    }

    private func refuseWhatIsNotHere(_ query: Query) throws {
        let known = ["security_enforced", "user_mode", "system_mode"]
        let range = query.ranges.query
        if !query.categories.isEmpty {
            throw refusal(
                .malformedQuery,
                "WITH DATA CATEGORY is not supported for \(object.name)",
                at: range
            )
        }
        if let named = query.named {
            throw refusal(.malformedQuery, "WITH \(named.name) is not supported", at: range)
        }
        if let mode = query.modes.first(where: { !known.contains($0.name.folded) }) {
            throw refusal(.malformedQuery, "WITH \(mode.name) is not supported", at: range)
        }
        if let statistic = query.statistics.first {
            throw refusal(
                .malformedQuery,
                "UPDATE \(statistic.rawValue) is not supported for \(object.name)",
                at: range
            )
        }
    }

    /// USING SCOPE (Specification: soql 5.2); `nil` if it excludes nothing.
    private func scope(_ name: Name) throws -> Predicate? {
        let owner = object.fields.first { $0.isOwner }
        switch (name.folded, owner) {
        case ("everything", _): return nil
        case ("mine", let owner?):
            let access = Access(leaf: .slot(Int(owner.id.rawValue)), field: owner)
            let matcher = Matcher(form: .keys([circumstances.user.packed]), ofNull: false)
            return .test(Test(operand: Operand(access), matcher: matcher))
        case ("queue_owned", let owner?): return self.owner(owner, isA: "group")
        case ("user_owned", let owner?): return self.owner(owner, isA: "user")
        default:
            throw refusal(
                .invalidQueryScope,
                "scope '\(name)' is not supported for \(object.name)",
                at: name.range
            )
        }
    }

    private func owner(_ owner: Field, isA type: String) -> Predicate {
        var access = Access(leaf: .type)
        access.hops = [.slot(Int(owner.id.rawValue))]
        let matcher = Matcher(
            form: .text(Array(type.utf8), .equal, isExact: false),
            ofNull: false
        )
        return .test(Test(operand: Operand(access), matcher: matcher))
    }
}

extension Query {
    /// Whether the rows of the result stand for groups of records.
    var isGrouped: Bool {
        grouping != nil
            || columns.contains { column in
                if case .field(.call(let call)) = column.kind { return call.isAggregate }
                return false
            }
    }
}

extension FunctionCall {
    /// Whether it, or a part of it, makes one value of many records.
    var isAggregate: Bool {
        if function?.isAggregate == true { return true }
        if case .call(let inner) = argument { return inner.isAggregate }
        return false
    }
}
