import Annals
import AnnalsSOQL
import AnnalsSchema
import AnnalsTestSupport

/// Writes queries that are valid for a store and often find something.
struct RandomSOQL {
    var random: SeededRandom
    var names: RandomNames
    var literals: RandomLiterals
    let store: NaiveStore

    init(seed: UInt64, _ evaluator: NaiveEvaluator) {
        random = SeededRandom(seed: seed)
        names = RandomNames(random: SeededRandom(seed: seed ^ 0x5EED), evaluator: evaluator)
        literals = RandomLiterals(random: SeededRandom(seed: seed ^ 0xF00D))
        store = evaluator.store
    }

    mutating func pick<T>(_ values: [T]) -> T { values[random.below(values.count)] }

    mutating func query() -> String {
        let name = pick([
            "Thing__c", "Thing__c", "Thing__c", "ContactRequest", "ContactRequest", "Account",
            "Contact", "Case", "Opportunity", "Extra__c", "User", "Group",
        ])
        // In the past, some objects did not exist yet.
        guard let object = store.schema[name] else { return query() }
        switch random.below(20) {
        case 0: return count(of: object)
        case 1..<7: return grouped(object)
        default: return records(of: object)
        }
    }

    mutating func root(_ object: ObjectType) -> RandomRoot {
        var root = RandomRoot(prefixes: [object.name], text: names.spelled(object.name))
        if random.chance(15) {
            root.prefixes.append("q")
            root.text += random.chance(30) ? " AS q" : " q"
            let references = object.fields.filter { $0.relationshipName != nil }
            if random.chance(30), let relationship = pick(references).relationshipName {
                root.short = ("r", relationship)
                root.text += ", \(pick(["q.", object.name + ".", ""]))\(relationship) r"
            }
        }
        if object["OwnerId"] != nil, root.short == nil, random.chance(3) {
            root.text += " USING SCOPE " + pick(["mine", "everything"])
        }
        return root
    }

    private mutating func count(of object: ObjectType) -> String {
        let root = root(object)
        var text = "SELECT COUNT() FROM \(root.text)"
        text += random.chance(50) ? indexed(object, root) : filter(object, root)
        if random.chance(30) { text += " LIMIT \(random.below(40))" }
        if random.chance(20) { text += " OFFSET \(random.below(15))" }
        return text
    }

    /// WHERE with the only comparison that an index can answer without reading records.
    private mutating func indexed(_ object: ObjectType, _ root: RandomRoot) -> String {
        let operand = names.operand(of: object, root) { operand in
            guard let field = operand.field, !operand.key.contains(".") else { return false }
            return field.isIndexed || operand.kind == .dateTime || operand.kind == .id
        }
        return " WHERE " + comparison(operand, isPart: false)
    }

    private mutating func records(of object: ObjectType) -> String {
        let root = root(object)
        var columns = self.columns(object, root)
        if random.chance(3) {
            columns = ["FIELDS(\(pick(["ALL", "STANDARD"])))"]
            if object.fields.contains(where: { $0.has(.custom) }), random.chance(30) {
                columns = ["FIELDS(CUSTOM)"]
            }
        } else {
            columns += children(of: object, level: 2)
        }
        var text = "SELECT \(columns.joined(separator: ", ")) FROM \(root.text)"
        text += filter(object, root)
        if random.chance(3) { text += " WITH " + pick(["USER_MODE", "SYSTEM_MODE"]) }
        text += order(object, root)
        if columns[0].hasPrefix("FIELDS") {
            text += " LIMIT \(random.below(200) + 1)"
        } else if random.chance(20) {
            text += " LIMIT \(random.below(50))"
        }
        if random.chance(8) { text += " OFFSET \(random.below(30))" }
        return text
    }

    private mutating func columns(_ object: ObjectType, _ root: RandomRoot) -> [String] {
        var columns: [String] = []
        var keys: Set<String> = []
        if random.chance(8), let typeOf = typeOf(object) {
            columns.append(typeOf.text)
            keys.insert(typeOf.relationship)
        }
        for _ in 0..<(1 + random.below(5)) {
            let operand = names.operand(of: object, root)
            let relationship = operand.key.split(separator: ".")[0]
            guard keys.insert(operand.key).inserted,
                !keys.contains(String(relationship))
                    || relationship == operand.key
            else { continue }
            columns.append(operand.text)
            if operand.kind == .picklist, !operand.key.contains("."), random.chance(30) {
                columns.append("toLabel(\(operand.text)) label\(columns.count)")
            }
        }
        columns.sort { _, _ in random.chance(50) }
        return columns
    }

    private mutating func typeOf(_ object: ObjectType) -> (text: String, relationship: String)? {
        let references = object.fields.filter { $0.has(.namePointing) }
        guard let reference = references.isEmpty ? nil : pick(references),
            let relationship = reference.relationshipName
        else { return nil }
        var text = "TYPEOF \(relationship)"
        var targets = reference.referenceTo
        for _ in 0..<(1 + random.below(min(2, targets.count))) {
            let target = targets.remove(at: random.below(targets.count))
            guard let type = store.schema[target] else { continue }
            let fields = Set((0..<(1 + random.below(3))).map { _ in pick(type.fields).name })
            text += " WHEN \(target) THEN \(fields.sorted().joined(separator: ", "))"
        }
        if random.chance(50) { text += " ELSE " + pick(["Name", "Id, Name", "Type, Name"]) }
        return (text + " END", relationship)
    }

    /// Child queries, each for a different relationship.
    private mutating func children(of object: ObjectType, level: Int) -> [String] {
        guard level < 5, random.chance(22) else { return [] }
        let references = store.schema.childReferences(to: object).filter {
            $0.relationshipName != nil
        }
        if references.isEmpty { return [] }
        let first = pick(references)
        let second = pick(references)
        var children = [child(first, level)]
        if first.relationshipName != second.relationshipName, random.chance(40) {
            children.append(child(second, level))
        }
        return children
    }

    private mutating func child(_ reference: ChildReference, _ level: Int) -> String {
        let root = RandomRoot()
        var columns = self.columns(reference.child, root)
        columns += children(of: reference.child, level: level + 1)
        var text = "(SELECT \(columns.joined(separator: ", ")) "
        text += "FROM \(names.spelled(reference.relationshipName ?? ""))"
        if random.chance(40) { text += " WHERE " + condition(reference.child, root, depth: 1) }
        if random.chance(50) { text += order(reference.child, root) }
        if random.chance(25) { text += " LIMIT \(random.below(4))" }
        return text + ")"
    }

    mutating func order(_ object: ObjectType, _ root: RandomRoot) -> String {
        guard random.chance(60) else { return "" }
        var keys: [String] = []
        for _ in 0..<(1 + random.below(3)) {
            let operand =
                random.chance(10)
                ? names.datePart(of: object, root) { $0.has(.sort) }
                : names.operand(of: object, root) { $0.has(.sort) }
            keys.append(operand.text + direction())
        }
        return " ORDER BY " + keys.joined(separator: ", ")
    }

    mutating func direction() -> String {
        pick(["", " ASC", " DESC", " desc"]) + pick(["", "", " NULLS FIRST", " NULLS LAST"])
    }
}
