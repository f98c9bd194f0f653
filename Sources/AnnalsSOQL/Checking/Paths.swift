/// The paths of one query: how deep each goes, and how many relationships they cross in total
/// (Specification: soql 3.1, 11.1).
struct Paths {
    let scope: Scope
    private var crossing: [Path] = []
    /// An upper bound of the number of distinct relationships.
    private var bound = 0

    init(_ scope: Scope) { self.scope = scope }

    mutating func add(_ expression: Expression, _ check: Check) throws(SOQLError) {
        switch expression {
        case .path(let path): try add(path, check)
        case .call(let call): try add(call.argument, check)
        case .distance(let distance): try add(distance.path, check)
        }
    }

    mutating func add(_ path: Path, _ check: Check) throws(SOQLError) {
        if path.segments.count == 1 { return }
        let levels = scope.levels(of: path)
        if levels > Dialect.relationshipLevelsMax { throw tooDeep(path, check) }
        bound += levels
        crossing.append(path)
    }

    mutating func add(_ typeOf: TypeOf, _ check: Check) throws(SOQLError) {
        let start = scope.relative(typeOf.path).count
        for path in typeOf.branches.flatMap(\.fields) + typeOf.otherwise
        where start + path.segments.count - 1 > Dialect.relationshipLevelsMax {
            throw tooDeep(path, check)
        }
    }

    func checkCount(_ check: Check) throws(SOQLError) {
        if bound <= Dialect.parentRelationshipsMax { return }
        var distinct: Set<String> = []
        for path in crossing {
            var relationship = ""
            for name in scope.relative(path).dropLast() {
                relationship += name.folded + "."
                distinct.insert(relationship)
            }
            if distinct.count > Dialect.parentRelationshipsMax {
                throw check.tooManyRelationships(at: path.range)
            }
        }
    }

    private func tooDeep(_ path: Path, _ check: Check) -> SOQLError {
        SOQLError(
            Dialect.relationshipsCode,
            "a path crosses at most \(Dialect.relationshipLevelsMax) relationships: \(path)",
            at: path.range,
            in: check.text
        )
    }
}
