/// Writes a tree as SOQL.
struct Printer {
    private(set) var text = ""

    mutating func write(_ piece: String) { text += piece }

    mutating func list<Node>(_ nodes: [Node], _ write: (inout Printer, Node) -> Void) {
        for (place, node) in nodes.enumerated() {
            if place > 0 { text += ", " }
            write(&self, node)
        }
    }

    mutating func query(_ query: Query) {
        write("SELECT ")
        if query.isCount { write("COUNT()") }
        list(query.columns) { $0.column($1) }
        sources(query.sources)
        filter(query.filter, query.categories, query.named)
        for mode in query.modes { self.mode(mode) }
        if let grouping = query.grouping { self.grouping(grouping) }
        if let having = query.having {
            write(" HAVING ")
            condition(having)
        }
        if !query.order.isEmpty {
            write(" ORDER BY ")
            list(query.order) { $0.orderKey($1) }
        }
        if let limit = query.limit { write(" LIMIT \(limit)") }
        if let offset = query.offset { write(" OFFSET \(offset)") }
        if let purpose = query.purpose { write(" FOR \(purpose.rawValue)") }
        if !query.statistics.isEmpty {
            write(" UPDATE ")
            list(query.statistics) { $0.write($1.rawValue) }
        }
        if query.allRows { write(" ALL ROWS") }
    }

    private mutating func column(_ column: Column) {
        switch column.kind {
        case .field(let expression): self.expression(expression)
        case .child(let child):
            write("(")
            query(child)
            write(")")
        case .typeOf(let typeOf): self.typeOf(typeOf)
        }
        if let alias = column.alias { write(" \(alias)") }
    }

    private mutating func typeOf(_ typeOf: TypeOf) {
        write("TYPEOF \(typeOf.path)")
        for branch in typeOf.branches {
            write(" WHEN \(branch.object) THEN ")
            list(branch.fields) { $0.write($1.description) }
        }
        if !typeOf.otherwise.isEmpty {
            write(" ELSE ")
            list(typeOf.otherwise) { $0.write($1.description) }
        }
        write(" END")
    }

    private mutating func sources(_ sources: [Source]) {
        write(" FROM ")
        list(sources) { printer, source in
            printer.write(source.path.description)
            if let alias = source.alias { printer.write(" \(alias)") }
            if let scope = source.scope { printer.write(" USING SCOPE \(scope)") }
        }
    }

    private mutating func filter(
        _ filter: Condition?,
        _ categories: [CategoryFilter],
        _ named: NamedFilter?
    ) {
        if let filter {
            write(" WHERE ")
            condition(filter)
        }
        for (place, category) in categories.enumerated() {
            write(place == 0 ? " WITH DATA CATEGORY " : " AND ")
            write("\(category.group) \(category.selector.rawValue) (")
            list(category.categories) { $0.write($1.text) }
            write(")")
        }
        if let named {
            write(" WITH \(named.name) = ")
            quoted(named.value)
        }
    }

    private mutating func mode(_ mode: Mode) {
        write(" WITH \(mode.name)")
        if mode.arguments.isEmpty { return }
        write(" (")
        list(mode.arguments) { printer, argument in
            printer.write("\(argument.name) = ")
            switch argument.value {
            case .text(let text): printer.quoted(text)
            case .number(let number): printer.write(number.text)
            case .boolean(let value): printer.write(value ? "TRUE" : "FALSE")
            }
        }
        write(")")
    }

    private mutating func grouping(_ grouping: Grouping) {
        write(" GROUP BY ")
        if grouping.kind != .plain { write("\(grouping.kind.rawValue)(") }
        list(grouping.expressions) { $0.expression($1) }
        if grouping.kind != .plain { write(")") }
    }

    private mutating func orderKey(_ key: OrderKey) {
        expression(key.expression)
        if key.isDescending { write(" DESC") }
        if let nulls = key.nulls { write(" NULLS \(nulls.rawValue)") }
    }

    mutating func semiJoin(_ semiJoin: SemiJoin) {
        write("(SELECT ")
        expression(semiJoin.column)
        sources(semiJoin.sources)
        filter(semiJoin.filter, semiJoin.categories, semiJoin.named)
        write(")")
    }
}
