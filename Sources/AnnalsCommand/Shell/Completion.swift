import AnnalsDescribe
import AnnalsSOQL
import AnnalsSchema

/// What may be typed at the cursor.
struct Completion {
    struct Candidate: Equatable {
        let text: String
        /// Whether another word follows, rather than more of this one.
        var isWhole = true
    }

    let view: SchemaView

    /// The candidates that begin with what has been typed, by name.
    ///
    /// - Parameter cursor: Where in the statement the cursor is, in bytes.
    func candidates(_ statement: String, cursor: Int) -> [Candidate] {
        if statement.hasPrefix(".") { return callCandidates(statement, cursor) }
        let shape = StatementShape(statement, cursor: cursor)
        let typed = shape.word.lowercased()
        return possible(shape).filter { $0.text.lowercased().hasPrefix(typed) }
    }

    private func possible(_ shape: StatementShape) -> [Candidate] {
        switch (shape.clause, shape.previous) {
        case ("", _): return words(["SELECT"], shape)
        case (_, "FROM"):
            let part = shape.parts[shape.part]
            if part.isOfChildren, let outer = part.outer {
                return object(of: outer, in: shape).map(relationships) ?? []
            }
            return objects
        case (_, "WHEN"): return objects
        case ("SELECT", _), ("WHERE", _), ("GROUP", _), ("HAVING", _), ("ORDER", _): break
        default: return words(Self.words(after: shape.clause), shape)
        }
        let object = object(of: shape.part, in: shape)
        if shape.word.contains(".") {
            return object.map { paths($0, shape) } ?? []
        }
        let functions = Function.allCases.map { Candidate(text: $0.rawValue + "(", isWhole: false) }
        return (object.map(fields) ?? [])
            + words(Self.words(after: shape.clause), shape)
            + functions.map { shape.word.isLower ? $0.lowercased : $0 }
    }

    private var objects: [Candidate] { view.objects.map { Candidate(text: $0.name) } }

    private func relationships(of object: ObjectType) -> [Candidate] {
        view.schema.childReferences(to: object).filter {
            view.knows($0.child) && view.knows($0.field)
        }
        .compactMap(\.relationshipName).map { Candidate(text: $0) }
    }

    private func fields(of object: ObjectType) -> [Candidate] {
        let fields = object.fields.filter(view.knows)
        return fields.map { Candidate(text: $0.name) }
            + fields.compactMap(\.relationshipName).map {
                Candidate(text: $0 + ".", isWhole: false)
            }
    }

    /// The object of a query in the statement.
    private func object(of part: Int, in shape: StatementShape) -> ObjectType? {
        let part = shape.parts[part]
        guard let source = part.source else { return nil }
        guard part.isOfChildren, let outer = part.outer else { return view.object(source) }
        let parent = object(of: outer, in: shape)
        return parent.flatMap { view.schema.children(of: $0, under: source)?.child }
    }

    /// The fields after the relationships that have been typed.
    private func paths(_ object: ObjectType, _ shape: StatementShape) -> [Candidate] {
        var names = shape.word.split(separator: ".", omittingEmptySubsequences: false)
            .map(String.init)
        names.removeLast()
        var typed = ""
        var objects = [object]
        for (index, name) in names.enumerated() {
            let field = objects.lazy.compactMap { $0.reference(under: name) }.first
            typed += (field?.relationshipName ?? name) + "."
            if let field {
                objects = field.referenceTo.compactMap { view.object($0) }
            } else if index > 0 || !isName(name, of: object, shape.parts[shape.part]) {
                return []
            }
        }
        let found = objects.count > 1 ? shared(by: objects) : objects.first.map(fields) ?? []
        return found.map { Candidate(text: typed + $0.text, isWhole: $0.isWhole) }
    }

    /// The fields that a reference to several objects has for each of them (Specification: soql 3.2).
    private func shared(by objects: [ObjectType]) -> [Candidate] {
        let names = [
            "Id", "Name", "FirstName", "LastName", "Email", "Title", "Phone", "Alias", "Username",
        ]
        return (names.filter { name in objects.contains { $0[name] != nil } } + ["Type"])
            .map { Candidate(text: $0) }
    }

    private func isName(_ name: String, of object: ObjectType, _ part: StatementShape.Part) -> Bool
    {
        [part.alias, part.source, object.name].contains { $0?.lowercased() == name.lowercased() }
    }
}

extension Completion {
    private func words(_ words: [String], _ shape: StatementShape) -> [Candidate] {
        words.map { Candidate(text: shape.word.isLower ? $0.lowercased() : $0) }
    }

    private static let clauses = [
        "WHERE", "WITH", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "OFFSET", "FOR VIEW",
        "FOR REFERENCE",
    ]
    private static let conditions = [
        "AND", "OR", "NOT", "IN", "LIKE", "INCLUDES", "EXCLUDES", "TRUE", "FALSE", "NULL",
    ]
    private static let dates: [String] =
        ["TODAY", "YESTERDAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"]
        + DateRange.Unit.allCases.flatMap { unit in
            let word = unit.rawValue
            return (unit == .day ? [] : ["LAST_\(word)", "THIS_\(word)", "NEXT_\(word)"])
                + ["LAST_N_\(word)S:", "NEXT_N_\(word)S:", "N_\(word)S_AGO:"]
        }

    private static func words(after clause: String) -> [String] {
        switch clause {
        case "SELECT": ["FROM", "TYPEOF", "WHEN", "THEN", "ELSE", "END", "SELECT"]
        case "FROM": ["USING SCOPE"] + clauses
        case "WHERE", "HAVING": conditions + clauses + dates + ["SELECT"]
        case "GROUP": ["BY", "ROLLUP(", "CUBE("] + clauses
        case "ORDER": ["BY", "ASC", "DESC", "NULLS FIRST", "NULLS LAST"] + clauses
        case "FOR": ["VIEW", "REFERENCE"]
        default: clauses
        }
    }

    private func callCandidates(_ line: String, _ cursor: Int) -> [Candidate] {
        let typed = String(decoding: line.utf8.prefix(cursor), as: UTF8.self)
        guard let space = typed.firstIndex(where: \.isWhitespace) else {
            return ShellCall.known.map { Candidate(text: $0.name) }
                .filter { $0.text.hasPrefix(typed.lowercased()) }
        }
        let name = typed[..<space].lowercased()
        let given = String(typed[space...]).trimmed
        let candidates: [Candidate]
        switch name {
        case ".describe": candidates = objects
        case ".mode": candidates = AnswerFormat.allCases.map { Candidate(text: $0.rawValue) }
        case ".all": candidates = [Candidate(text: "on"), Candidate(text: "off")]
        case ".as-of": candidates = [Candidate(text: "now")]
        case ".explain":
            let query = String(line[space...])
            let cursor = cursor - line[..<space].utf8.count
            let words = given.contains(" ") ? [] : ["on", "off"]
            return words.filter { $0.hasPrefix(given) }.map { Candidate(text: $0) }
                + self.candidates(query, cursor: cursor)
        default: candidates = []
        }
        return candidates.filter { $0.text.lowercased().hasPrefix(given.lowercased()) }
    }
}

extension Completion.Candidate {
    fileprivate var lowercased: Self { Self(text: text.lowercased(), isWhole: isWhole) }
}

extension String {
    /// Whether a person types in lower case.
    fileprivate var isLower: Bool { !isEmpty && self == lowercased() }
}
