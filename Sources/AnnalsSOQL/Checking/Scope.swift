/// The possible meanings of the first segment of a path, by the sources of its query (Specification: soql 3.1).
struct Scope {
    let sources: [Source]
    /// In a child query FROM names a relationship, so the object's own name is not known here.
    let isChild: Bool
    /// The relationships between the object and each source; too many for those in a circle.
    private let levels: [Int]

    init(_ sources: [Source], isChild: Bool) {
        self.sources = sources
        self.isChild = isChild
        var levels = Array(repeating: 0, count: sources.count)
        // A source may precede the one that it starts from, or form a cycle with it: each round
        // settles at least one, or brings it closer to the level at which it is ignored.
        var isSettled = sources.count == 1
        while !isSettled {
            isSettled = true
            for place in sources.indices.dropFirst() {
                let path = Scope.relative(sources[place].path, sources[0])
                let parent = Scope.source(path[path.startIndex], in: sources)
                let level = parent.map { levels[$0] + path.count - 1 } ?? path.count
                if level == levels[place] || levels[place] > Dialect.relationshipLevelsMax {
                    continue
                }
                levels[place] = level
                isSettled = false
            }
        }
        self.levels = levels
    }

    /// The path from the object on: without the object's name or alias at its start.
    func relative(_ path: Path) -> ArraySlice<Name> { Scope.relative(path, sources[0]) }

    private static func relative(_ path: Path, _ root: Source) -> ArraySlice<Name> {
        let isFromRoot =
            path.segments.count > 1
            && (root.alias?.matches(path.segments[0]) == true
                || root.path.last.matches(path.segments[0]))
        return isFromRoot ? path.segments.dropFirst() : path.segments[...]
    }

    /// Which of the later sources has that alias.
    private static func source(_ name: Name, in sources: [Source]) -> Int? {
        sources.indices.dropFirst().first { sources[$0].alias?.matches(name) == true }
    }

    /// The relationships that a path to a field crosses.
    func levels(of path: Path) -> Int {
        let relative = relative(path)
        let crossed = relative.count - 1
        if crossed == 0 { return 0 }
        if sources.count > 1, let source = Scope.source(relative[relative.startIndex], in: sources)
        {
            return levels[source] + crossed - 1
        }
        // What looks like a relationship may be the child's object.
        return isChild ? crossed - 1 : crossed
    }

    func isSame(_ left: Path, _ right: Path) -> Bool {
        // Whatever comes before it, the field has to be the same: most pairs end here.
        guard left.last.matches(right.last) else { return false }
        let (left, right) = (relative(left), relative(right))
        return left.count == right.count && zip(left, right).allSatisfy { $0.matches($1) }
    }

    /// Whether both are the same to SOQL, however they were typed.
    func isSame(_ left: Expression, _ right: Expression) -> Bool {
        switch (left, right) {
        case (.path(let left), .path(let right)): isSame(left, right)
        case (.call(let left), .call(let right)):
            left.function == right.function && left.name.matches(right.name)
                && isSame(left.argument, right.argument)
        case (.distance(let left), .distance(let right)):
            isSame(left.path, right.path) && left.latitude == right.latitude
                && left.longitude == right.longitude && left.unit == right.unit
        default: false
        }
    }
}

extension Check {
    func scope(of sources: [Source], isChild: Bool) throws(SOQLError) -> Scope {
        guard sources.count <= Dialect.parentRelationshipsMax + 1 else {
            throw tooManyRelationships(at: sources[0].path.range)
        }
        return Scope(sources, isChild: isChild)
    }

    func tooManyRelationships(at range: SourceRange) -> SOQLError {
        SOQLError(
            Dialect.relationshipsCode,
            "a query crosses at most \(Dialect.parentRelationshipsMax) relationships",
            at: range,
            in: text
        )
    }
}
