import Annals
import AnnalsSOQL
import AnnalsTestSupport

extension RandomSOQL {
    /// A query with aggregates, mostly with GROUP BY.
    mutating func grouped(_ object: ObjectType) -> String {
        let root = root(object)
        var groups: [RandomOperand] = []
        for _ in 0..<(random.chance(80) ? 1 + random.below(3) : 0) {
            let group =
                random.chance(20)
                ? names.datePart(of: object, root) { $0.has(.filter) }
                : names.operand(of: object, root) { $0.has(.group) }
            if !groups.contains(where: { $0.key == group.key }) { groups.append(group) }
        }
        let kind = groups.isEmpty ? "" : pick(["", "", "", "ROLLUP", "CUBE"])
        var columns: [String] = []
        var used: Set<String> = []
        for group in groups where random.chance(75) {
            let name = group.key.split(separator: ".").last.map(String.init) ?? ""
            let isFunction = group.text.contains("(")
            if isFunction ? random.chance(50) : used.insert(name).inserted && random.chance(70) {
                columns.append(group.text)
            } else {
                columns.append("\(group.text) g\(columns.count)")
            }
            if !kind.isEmpty, !group.isNested, random.chance(40) {
                columns.append("GROUPING(\(group.text))" + pick(["", " is\(columns.count)"]))
            }
        }
        while columns.isEmpty || random.chance(60) {
            let aggregate = aggregate(object, root, except: kind.isEmpty ? groups : [])
            columns.append(aggregate.text + (random.chance(40) ? " a\(columns.count)" : ""))
        }
        var text = "SELECT \(columns.joined(separator: ", ")) FROM \(root.text)"
        text += filter(object, root)
        if groups.isEmpty { return text }
        let list = groups.map(\.text).joined(separator: ", ")
        text += " GROUP BY " + (kind.isEmpty ? list : "\(kind)(\(list))")
        let having = groups.filter { $0.field?.has(.filter) ?? true }
        if random.chance(30) {
            text += " HAVING "
            text += condition(depth: 1) { $0.having(object, root, having) }
        }
        if random.chance(50) {
            var keys: [String] = []
            for _ in 0..<(1 + random.below(2)) {
                keys.append(key(object, root, groups, isSummed: !kind.isEmpty) + direction())
            }
            text += " ORDER BY " + keys.joined(separator: ", ")
        }
        if random.chance(20) { text += " LIMIT \(random.below(12))" }
        return text
    }

    private mutating func key(
        _ object: ObjectType,
        _ root: RandomRoot,
        _ groups: [RandomOperand],
        isSummed: Bool
    ) -> String {
        let sortable = groups.filter { $0.has(.sort) }
        if sortable.isEmpty || random.chance(40) {
            return aggregate(object, root, except: isSummed ? [] : groups).text
        }
        let group = pick(sortable)
        return isSummed && !group.isNested && random.chance(20)
            ? "GROUPING(\(group.text))" : group.text
    }

    private mutating func aggregate(
        _ object: ObjectType,
        _ root: RandomRoot,
        except groups: [RandomOperand]
    ) -> RandomOperand {
        if random.chance(25), !groups.contains(where: { $0.key == "Id" }) {
            return aggregated("COUNT", .int, names.idOperand(of: object))
        }
        var functions = ["COUNT", "COUNT_DISTINCT", "MIN", "MAX", "MIN", "MAX"]
        if object.fields.contains(where: { $0.kind == .int || $0.kind == .double }) {
            functions += ["SUM", "AVG"]
        }
        let function = pick(functions)
        let isSum = function == "SUM" || function == "AVG"
        let operand = names.operand(of: object, root) { operand in
            operand.isAggregable && operand.has(.filter) && !operand.key.hasSuffix(".Type")
                && !groups.contains { $0.key == operand.key }
                && (!isSum || operand.kind == .int || operand.kind == .double)
        }
        switch function {
        case "COUNT", "COUNT_DISTINCT": return aggregated(function, .int, operand)
        case "AVG": return aggregated(function, .double, operand)
        default: return aggregated(function, operand.kind, operand)
        }
    }

    private mutating func aggregated(
        _ function: String,
        _ kind: RandomOperand.Kind,
        _ operand: RandomOperand
    ) -> RandomOperand {
        let isCount = function.hasPrefix("COUNT")
        return RandomOperand(
            object: operand.object,
            text: "\(names.spelled(function))(\(operand.text))",
            kind: kind,
            key: "\(function)(\(operand.key))",
            field: nil,
            sample: isCount ? { _ in .integer(3) } : operand.sample
        )
    }

    private mutating func having(
        _ object: ObjectType,
        _ root: RandomRoot,
        _ groups: [RandomOperand]
    ) -> String {
        let operand =
            groups.isEmpty || random.chance(60)
            ? aggregate(object, root, except: []) : pick(groups)
        let isPart = operand.text.contains("(") && operand.kind == .date
        return comparison(operand, isPart: isPart)
    }
}

extension RandomOperand {
    /// Whether it is a function of a function, which must not be nested again.
    fileprivate var isNested: Bool { text.contains { $0 == "(" } && text.hasSuffix("))") }
}

extension RandomNames {
    func idOperand(of object: ObjectType) -> RandomOperand {
        RandomOperand(object: object, text: "Id", kind: .id, key: "Id", field: object["Id"]) {
            .id($0.id)
        }
    }
}
