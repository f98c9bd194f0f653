internal import AnnalsJSON

/// Reads the parts of a mapping, and reports where one is wrong.
struct MappingReader {
    private(set) var columns = Columns()
    private(set) var references: [Reference] = []
    /// Set while a reference is being read: its parts cannot contain another.
    private var isInReference = false

    static func parse(_ json: [UInt8]) throws(ImportError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(json)
        } catch {
            throw .mapping(place: "", reason: "\(error)")
        }
    }

    /// The members of an object that may only have the names in `keys`.
    func object(
        _ value: JSONValue?,
        at place: String,
        keys: Set<String>? = nil
    ) throws(ImportError) -> [String: JSONValue] {
        guard let members = value?.membersByName else {
            throw wrong(value, at: place, expected: "an object")
        }
        if let keys, let unknown = members.keys.sorted().first(where: { !keys.contains($0) }) {
            throw .mapping(
                place: place.isEmpty ? unknown : "\(place).\(unknown)",
                reason: "it is none of \(keys.sorted().joined(separator: ", "))"
            )
        }
        return members
    }

    func text(_ value: JSONValue?, at place: String) throws(ImportError) -> String {
        guard case .text(let text)? = value, !text.isEmpty else {
            throw wrong(value, at: place, expected: "a text")
        }
        return text
    }

    func flag(_ value: JSONValue?, at place: String) throws(ImportError) -> Bool? {
        guard let value else { return nil }
        guard case .boolean(let flag) = value else {
            throw wrong(value, at: place, expected: "true or false")
        }
        return flag
    }

    func texts(_ value: JSONValue?, at place: String) throws(ImportError) -> [String]? {
        guard let value else { return nil }
        guard case .array(let items) = value else {
            throw wrong(value, at: place, expected: "a list of texts")
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            guard case .text(let text) = item else {
                throw wrong(item, at: "\(place)[\(index)]", expected: "a text")
            }
            texts.append(text)
        }
        return texts
    }

    private func wrong(
        _ value: JSONValue?,
        at place: String,
        expected: String
    ) -> ImportError {
        let found =
            switch value {
            case nil: "it is missing"
            case .text("")?: "it is empty"
            case let value?: "it is \(value.kind)"
            }
        return .mapping(place: place, reason: "\(found) where \(expected) is expected")
    }

    mutating func template(
        _ value: JSONValue?,
        at place: String
    ) throws(ImportError) -> Template {
        guard case .text(let text)? = value else {
            throw wrong(value, at: place, expected: "a text")
        }
        switch columns.template(text) {
        case .success(let template): return template
        case .failure(let finding): throw .mapping(place: place, reason: finding.text)
        }
    }

    mutating func key(_ value: JSONValue?) throws(ImportError) -> ImportMapping.Key {
        let members = try object(value, at: "key", keys: ["field", "value"])
        return ImportMapping.Key(
            field: try text(members["field"], at: "key.field"),
            value: try template(members["value"], at: "key.value")
        )
    }

    mutating func time(_ value: JSONValue?) throws(ImportError) -> ImportMapping.Time? {
        guard let value else { return nil }
        let members = try object(value, at: "time", keys: ["value", "format"])
        let name = try members["format"].map { (value) throws(ImportError) in
            try text(value, at: "time.format")
        }
        guard let format = TimeFormat(rawValue: name ?? TimeFormat.iso.rawValue) else {
            let known = TimeFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw .mapping(place: "time.format", reason: "it is none of \(known)")
        }
        return ImportMapping.Time(
            value: try template(members["value"], at: "time.value"),
            format: format
        )
    }

    mutating func operation(_ value: JSONValue?) throws(ImportError) -> Template? {
        guard let value else { return nil }
        let members = try object(value, at: "operation", keys: ["value"])
        return try template(members["value"], at: "operation.value")
    }

    mutating func fields(
        _ value: JSONValue?
    ) throws(ImportError) -> [ImportMapping.FieldRule] {
        let members = try object(value, at: "fields")
        var rules: [ImportMapping.FieldRule] = []
        for name in members.keys.sorted() {
            let expression = try expression(members[name], at: "fields.\(name)")
            rules.append(ImportMapping.FieldRule(name: name, expression: expression))
        }
        return rules
    }

    /// Reads how a value is computed.
    mutating func expression(
        _ value: JSONValue?,
        at place: String
    ) throws(ImportError) -> Expression {
        if case .text? = value { return .template(try template(value, at: place)) }
        let known = ["template", "equals", "reference", "first", "importer", "null"]
        guard let members = value?.membersByName,
            let form = known.first(where: { members[$0] != nil })
        else {
            let forms = known.joined(separator: ", ")
            throw wrong(value, at: place, expected: "a text, or an object with one of \(forms),")
        }
        switch form {
        case "template":
            _ = try object(value, at: place, keys: ["template", "keepNulls"])
            var template = try template(members["template"], at: "\(place).template")
            template.keepsNulls =
                try flag(members["keepNulls"], at: "\(place).keepNulls") ?? false
            return .template(template)
        case "equals":
            _ = try object(value, at: place, keys: ["equals"])
            return try equals(members["equals"], at: "\(place).equals")
        case "reference": return .reference(try reference(value, at: place))
        case "first":
            _ = try object(value, at: place, keys: ["first"])
            return try first(members["first"], at: "\(place).first")
        default:
            _ = try object(value, at: place, keys: [form])
            guard members[form] == .boolean(true) else {
                throw wrong(members[form], at: "\(place).\(form)", expected: "true")
            }
            return form == "importer" ? .importer : .null
        }
    }

    private mutating func equals(
        _ value: JSONValue?,
        at place: String
    ) throws(ImportError) -> Expression {
        guard case .array(let sides)? = value, sides.count == 2 else {
            throw wrong(value, at: place, expected: "a list of two texts")
        }
        let left = try template(sides[0], at: "\(place)[0]")
        return .equals(left, try template(sides[1], at: "\(place)[1]"))
    }

    private mutating func first(
        _ value: JSONValue?,
        at place: String
    ) throws(ImportError) -> Expression {
        guard case .array(let items)? = value, !items.isEmpty else {
            throw wrong(value, at: place, expected: "a list of expressions")
        }
        var expressions: [Expression] = []
        for (index, item) in items.enumerated() {
            expressions.append(try expression(item, at: "\(place)[\(index)]"))
        }
        return .first(expressions)
    }

    private mutating func reference(
        _ value: JSONValue?,
        at place: String
    ) throws(ImportError) -> Int {
        guard !isInReference else {
            throw .mapping(place: place, reason: "a reference cannot be made of references")
        }
        isInReference = true
        defer { isInReference = false }
        let keys: Set = ["reference", "by", "value", "create"]
        let members = try object(value, at: place, keys: keys)
        var create: [Reference.Assignment]?
        if let fields = members["create"] {
            let fields = try object(fields, at: "\(place).create")
            create = []
            for name in fields.keys.sorted() {
                let expression = try expression(fields[name], at: "\(place).create.\(name)")
                create?.append(Reference.Assignment(field: name, expression: expression))
            }
        }
        references.append(
            Reference(
                place: place,
                object: try text(members["reference"], at: "\(place).reference"),
                by: try text(members["by"], at: "\(place).by"),
                value: try template(members["value"], at: "\(place).value"),
                create: create
            )
        )
        return references.count - 1
    }
}

extension JSONValue {
    /// The members of an object, by names that a mapping knows or rejects.
    fileprivate var membersByName: [String: JSONValue]? {
        guard case .members(let members) = self else { return nil }
        return Dictionary(
            members.map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
