import Annals
import AnnalsSOQL
import AnnalsTestSupport

extension RandomSOQL {
    /// WHERE, with semi-joins where they are allowed.
    mutating func filter(_ object: ObjectType, _ root: RandomRoot) -> String {
        guard random.chance(85) else { return "" }
        var terms: [String] = []
        for _ in 0..<2 where random.chance(10) {
            if let semiJoin = semiJoin(object, root) { terms.append(semiJoin) }
        }
        if terms.isEmpty { return " WHERE " + condition(object, root, depth: 0) }
        if random.chance(70) {
            terms.append("(\(condition(object, root, depth: 1)))")
        }
        return " WHERE " + terms.joined(separator: " AND ")
    }

    /// A condition without parentheses around it.
    mutating func condition(_ object: ObjectType, _ root: RandomRoot, depth: Int) -> String {
        condition(depth: depth) { $0.comparison(object, root) }
    }

    mutating func condition(
        depth: Int,
        _ comparison: (inout RandomSOQL) -> String
    ) -> String {
        if depth > 2 || random.chance(50) { return comparison(&self) }
        func term(_ maker: inout RandomSOQL) -> String {
            let inner = maker.condition(depth: depth + 1, comparison)
            return inner.contains(" ") && maker.random.chance(40) || maker.isCompound(inner)
                ? "(\(inner))" : inner
        }
        if random.chance(20) { return "NOT " + term(&self) }
        let connective = random.chance(55) ? " AND " : " OR "
        var terms: [String] = []
        for _ in 0..<(2 + random.below(2)) { terms.append(term(&self)) }
        return terms.joined(separator: connective)
    }

    /// Whether it may be more than one comparison; text in quotes may merely look like that.
    private func isCompound(_ condition: String) -> Bool {
        [" AND ", " OR ", "NOT "].contains { condition.contains($0) }
    }

    private mutating func comparison(_ object: ObjectType, _ root: RandomRoot) -> String {
        let operand: RandomOperand
        switch random.below(12) {
        case 0: operand = names.datePart(of: object, root) { $0.has(.filter) }
        case 1: return label(object, root) ?? comparison(object, root)
        default: operand = names.operand(of: object, root) { $0.has(.filter) }
        }
        return comparison(operand, isPart: operand.text.contains("("))
    }

    mutating func comparison(_ operand: RandomOperand, isPart: Bool) -> String {
        comparison(operand.text, operand.kind, isPart: isPart) { $0.example(operand) }
    }

    /// The operand's value for some record.
    private mutating func example(_ operand: RandomOperand) -> Value {
        guard let records = store.records[operand.object.name], !records.isEmpty else {
            return .null
        }
        for _ in 0..<3 {
            let value = operand.sample(pick(records))
            if value != .null { return value }
        }
        return .null
    }

    /// - Parameter isPart: Whether the operand is a part of a date, which date literals can't be
    ///   compared with.
    mutating func comparison(
        _ text: String,
        _ kind: RandomOperand.Kind,
        isPart: Bool,
        _ example: (inout RandomSOQL) -> Value
    ) -> String {
        func literal(_ maker: inout RandomSOQL) -> String {
            while true {
                let literal = maker.literals.literal(kind, near: example(&maker))
                // DAY_ONLY is a date, but it cannot be compared with date literals.
                if !isPart || kind != .date || literal.contains("-") || literal == "NULL" {
                    return literal
                }
            }
        }
        var operators = ["=", "!=", "<>", "=", "!=", "IN", "NOT IN"]
        if kind != .boolean { operators += ["<", "<=", ">", ">="] }
        if kind == .text || kind == .picklist { operators += ["LIKE", "LIKE"] }
        let operation = pick(operators)
        switch operation {
        case "LIKE": return "\(text) LIKE \(literals.pattern(near: example(&self)))"
        case "IN", "NOT IN":
            var list: [String] = []
            for _ in 0..<(1 + random.below(4)) { list.append(literal(&self)) }
            return "\(text) \(operation) (\(list.joined(separator: ", ")))"
        default:
            return text + pick([" ", ""]) + operation + pick([" ", ""]) + literal(&self)
        }
    }

    private mutating func label(_ object: ObjectType, _ root: RandomRoot) -> String? {
        let fields = object.fields.filter { $0.kind == .picklist && $0.has(.filter) }
        if fields.isEmpty { return nil }
        let field = pick(fields)
        let label = Value.text(pick(field.picklist.map(\.label)))
        return comparison("toLabel(\(field.name))", .text, isPart: false) { _ in label }
    }

    private mutating func semiJoin(_ object: ObjectType, _ root: RandomRoot) -> String? {
        let references = object.fields.filter { $0.kind == .reference && $0.has(.filter) }
        let left = random.chance(50) || references.isEmpty ? nil : pick(references)
        let targets = left?.referenceTo ?? [object.name]
        var columns: [(ObjectType, String)] = []
        for other in store.schema.objects where other.name != object.name {
            if targets.contains(other.name) { columns.append((other, "Id")) }
            for field in other.fields
            where field.kind == .reference && field.has(.filter)
                && !targets.allSatisfy({ !field.referenceTo.contains($0) })
            {
                columns.append((other, field.name))
            }
        }
        if columns.isEmpty { return nil }
        let (inner, column) = pick(columns)
        let innerRoot = RandomRoot(prefixes: [inner.name], text: inner.name)
        var text = "\(left?.name ?? "Id") \(pick(["IN", "NOT IN"])) "
        text += "(SELECT \(column) FROM \(inner.name)"
        if random.chance(70) { text += " WHERE " + condition(inner, innerRoot, depth: 1) }
        return text + ")"
    }
}
