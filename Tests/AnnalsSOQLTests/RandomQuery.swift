import AnnalsSOQL
import AnnalsTestSupport

/// Makes any tree that the grammar allows, even if it breaks the other rules.
struct RandomQuery {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// Including keywords, which the grammar recognizes only in certain positions.
    private static let names: [Name] = [
        "Id", "Name", "Status", "a", "b__c", "Owner", "What", "Group", "Order", "Offset", "Typeof",
        "Count", "Data", "Category", "View", "Rows", "All", "Today", "USD5", "Distance", "Scope",
        "Straße", "Übung__c",
    ]

    private static let texts = [
        "", "x", "it's", "back\\slash", "line\nbreak\r", "tab\tand\u{8}\u{C}", "\"", "100%_", "😀",
        "\u{0}", "é", "a;b",
    ]

    mutating func name() -> Name { random.pick(Self.names) }

    mutating func path() -> Path { Path(many(random.pick([1, 1, 1, 2, 3])) { $0.name() }) }

    mutating func many<Node>(_ count: Int, _ make: (inout Self) -> Node) -> [Node] {
        var nodes: [Node] = []
        for _ in 0..<count { nodes.append(make(&self)) }
        return nodes
    }

    mutating func some<Node>(_ make: (inout Self) -> Node) -> [Node] {
        many(random.below(3) + 1, make)
    }

    mutating func maybe<Node>(_ make: (inout Self) -> Node) -> Node? {
        random.once(in: 3) ? make(&self) : nil
    }

    mutating func query(depth: Int = 0) -> Query {
        var query =
            random.once(in: 10)
            ? Query(countFrom: some { $0.source() })
            : Query(columns: some { $0.column(depth: depth) }, from: some { $0.source() })
        query.filter = maybe { $0.condition(depth: depth) }
        switch random.below(6) {
        case 0: query.categories = some { $0.category() }
        case 1: query.named = NamedFilter(name(), equals: random.pick(Self.texts))
        default: break
        }
        if random.once(in: 4) { query.modes = some { $0.mode() } }
        if random.once(in: 3) {
            query.grouping = Grouping(
                some { $0.fieldExpression() },
                kind: random.pick(Grouping.Kind.allCases)
            )
            query.having = maybe { $0.condition(depth: depth) }
        }
        query.order = maybe { $0.some { $0.orderKey() } } ?? []
        query.limit = maybe { $0.random.below(3_000) - 100 }
        query.offset = maybe { $0.random.below(3_000) - 100 }
        query.purpose = maybe { $0.random.pick(Query.Purpose.allCases) }
        query.statistics = maybe { $0.some { $0.random.pick(Query.Statistic.allCases) } } ?? []
        query.allRows = random.once(in: 8)
        return query
    }

    private mutating func source() -> Source {
        Source(path(), alias: maybe { $0.name() }, scope: maybe { $0.name() })
    }

    private mutating func column(depth: Int) -> Column {
        let kind: Column.Kind
        switch random.below(depth < 2 ? 6 : 4) {
        case 0, 1, 2: kind = .field(expression())
        case 3: kind = .typeOf(typeOf())
        default: kind = .child(query(depth: depth + 1))
        }
        return Column(kind, alias: maybe { $0.name() })
    }

    private mutating func typeOf() -> TypeOf {
        TypeOf(
            path(),
            branches: some { TypeOf.Branch($0.name(), fields: $0.some { $0.path() }) },
            otherwise: maybe { $0.some { $0.path() } } ?? []
        )
    }

    private mutating func category() -> CategoryFilter {
        CategoryFilter(
            name(),
            random.pick(CategoryFilter.Selector.allCases),
            some { $0.name() }
        )
    }

    private mutating func mode() -> Mode {
        let arguments = maybe {
            $0.some { (maker: inout Self) in
                let value: Mode.Argument.Value =
                    switch maker.random.below(3) {
                    case 0: .text(maker.random.pick(Self.texts))
                    case 1: .number(Number(digits: "0042"))
                    default: .boolean(maker.random.once(in: 2))
                    }
                return Mode.Argument(maker.name(), value)
            }
        }
        return Mode("USER_MODE", arguments ?? [])
    }

    private mutating func orderKey() -> OrderKey {
        OrderKey(
            expression(),
            isDescending: random.once(in: 2),
            nulls: maybe { $0.random.pick(OrderKey.NullPlacement.allCases) }
        )
    }

    private mutating func expression() -> Expression {
        if !random.once(in: 8) { return fieldExpression() }
        return .distance(
            Distance(
                from: path(),
                latitude: number(),
                longitude: number(),
                unit: random.pick(Self.texts)
            )
        )
    }

    private mutating func fieldExpression() -> Expression {
        let inner = Expression.path(path())
        let functions = ["COUNT", "max", "DAY_ONLY", "toLabel", "FIELDS", "nonsense"]
        let (first, second) = (Name(random.pick(functions)), Name(random.pick(functions)))
        switch random.below(6) {
        case 0: return .call(FunctionCall(first, of: inner))
        case 1: return .call(FunctionCall(first, of: .call(FunctionCall(second, of: inner))))
        default: return inner
        }
    }
}

extension RandomQuery {
    mutating func condition(depth: Int) -> Condition {
        if depth > 3 || random.once(in: 2) { return .comparison(comparison(depth: depth)) }
        let terms = many(random.below(3) + 2) { $0.condition(depth: depth + 1) }
        return switch random.below(3) {
        case 0: .not(terms[0])
        case 1: .and(terms)
        default: .or(terms)
        }
    }

    private mutating func comparison(depth: Int) -> Comparison {
        let operation = random.pick(Comparison.Operator.allCases)
        switch operation {
        case .like:
            let value = random.once(in: 4) ? nil : Literal(.pattern(pattern()))
            return Comparison(fieldExpression(), .like, .value(value ?? Literal(.null)))
        case .in, .notIn:
            if depth > 2 || random.once(in: 2) { fallthrough }
            let semiJoin = SemiJoin(
                fieldExpression(),
                from: some { $0.source() },
                where: maybe { $0.condition(depth: depth + 1) },
                categories: random.once(in: 9) ? some { $0.category() } : []
            )
            return Comparison(fieldExpression(), operation, .semiJoin(semiJoin))
        case .includes, .excludes:
            return Comparison(fieldExpression(), operation, .list(some { $0.literal() }))
        default:
            return Comparison(expression(), operation, .value(literal()))
        }
    }

    private mutating func pattern() -> LikePattern {
        var elements: [LikePattern.Element] = []
        var wasText = false
        for _ in 0..<random.below(6) {
            let text = random.pick(Self.texts)
            switch random.below(3) {
            case 0 where !wasText && !text.isEmpty:
                elements.append(.text(text))
                wasText = true
                continue
            case 1: elements.append(.anyCharacter)
            default: elements.append(.anyRun)
            }
            wasText = false
        }
        return LikePattern(elements)
    }

    mutating func number() -> Number {
        Number(
            digits: random.pick(["0", "007", "5.50", ".5", "99999999999999999999"]),
            isNegative: random.once(in: 2)
        )
    }

    mutating func literal() -> Literal {
        let days = Int.random(in: -98_615...742_000, using: &random)
        switch random.below(9) {
        case 0: return Literal(.text(random.pick(Self.texts)))
        case 1: return Literal(.number(number()))
        case 2: return Literal(.boolean(random.once(in: 2)))
        case 3:
            guard let date = CivilDate(daysSince1970: days) else { break }
            return Literal(.date(date))
        case 4:
            let rest = Int64.random(in: 0..<86_400_000, using: &random)
            return Literal(.dateTime(milliseconds: Int64(days) * 86_400_000 + rest))
        case 5: return Literal(.time(milliseconds: random.below(86_400_000)))
        case 6:
            return Literal(
                .currency(code: "eUr", amount: Number(digits: random.pick(["5", "1.5"])))
            )
        case 7: return Literal(.dateRange(dateRange()))
        default: break
        }
        return Literal(.null)
    }

    private mutating func dateRange() -> DateRange {
        let unit = random.pick(DateRange.Unit.allCases)
        let count = random.below(1_000)
        return DateRange(
            unit,
            random.pick([.last, .this, .next, .lastN(count), .nextN(count), .ago(count)])
        )
    }
}

extension SeededRandom {
    /// True one time in `count`.
    mutating func once(in count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}
