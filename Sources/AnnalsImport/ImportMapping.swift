internal import AnnalsSchema
internal import Foundation

/// How the rows of a file become records: the mapping file, read and checked (Importing.md).
public struct ImportMapping: Sendable {
    enum TimeFormat: String, Sendable {
        case iso
        case dayFirst = "D/M/YYYY HH:mm"
    }

    let object: String
    let keyField: String
    let key: Template
    let nulls: Set<String>
    let time: Template?
    let timeFormat: TimeFormat
    let isSorted: Bool
    let operation: Template?
    let actor: ReferenceExpression?
    let fields: [(name: String, expression: Expression)]
    /// The bytes of the file, which tell one import from another.
    let bytes: [UInt8]

    /// Every column that a row is asked for.
    var columns: Set<String> {
        var columns = Set(key.columns + (time?.columns ?? []) + (operation?.columns ?? []))
        if let actor { columns.formUnion(Expression.reference(actor).columns) }
        for field in fields { columns.formUnion(field.expression.columns) }
        return columns
    }

    /// Reads a mapping file.
    public init(json: [UInt8]) throws(ImportError) {
        let parsed: Any
        do {
            parsed = try JSONSerialization.jsonObject(with: Data(json))
        } catch {
            throw .mapping(place: "the whole", reason: "it is not JSON")
        }
        let root = try MappingReader(parsed, "the whole").object()
        let known: Set = [
            "object", "key", "nulls", "time", "sort", "operation", "actor", "fields",
        ]
        if let unknown = root.keys.sorted().first(where: { !known.contains($0) }) {
            throw .mapping(place: unknown, reason: "no such setting")
        }
        object = try MappingReader(root["object"], "object").text()
        let key = try MappingReader(root["key"], "key").object()
        keyField = try MappingReader(key["field"], "key.field").text()
        self.key = try MappingReader(key["value"], "key.value").template()
        if let nulls = root["nulls"] {
            self.nulls = Set(
                try MappingReader(nulls, "nulls").array().enumerated().map {
                    (index, value) throws(ImportError) in
                    try MappingReader(value, "nulls[\(index)]").text()
                }
            )
        } else {
            nulls = [""]
        }
        if let given = root["time"] {
            let time = try MappingReader(given, "time").object()
            self.time = try MappingReader(time["value"], "time.value").template()
            let name = try MappingReader(time["format"] ?? "iso", "time.format").text()
            guard let format = TimeFormat(rawValue: name) else {
                throw .mapping(place: "time.format", reason: "it is iso or D/M/YYYY HH:mm")
            }
            timeFormat = format
        } else {
            time = nil
            timeFormat = .iso
        }
        isSorted = root["sort"] as? Bool ?? false
        if let given = root["operation"] {
            let operation = try MappingReader(given, "operation").object()
            self.operation = try MappingReader(operation["value"], "operation.value").template()
        } else {
            operation = nil
        }
        actor = try root["actor"].map { value throws(ImportError) in
            try MappingReader(value, "actor").reference()
        }
        var fields: [(name: String, expression: Expression)] = []
        let given = try MappingReader(root["fields"] ?? [String: Any](), "fields").object()
        for name in given.keys.sorted() {
            let expression = try MappingReader(given[name], "fields.\(name)").expression()
            fields.append((name, expression))
        }
        self.fields = fields
        bytes = json
        if isSorted, time == nil {
            throw .mapping(place: "sort", reason: "rows are sorted by time, and no time is given")
        }
    }
}

/// A value of the mapping file, and where it stands.
private struct MappingReader {
    private let value: Any?
    private let place: String

    init(_ value: Any?, _ place: String) {
        self.value = value
        self.place = place
    }

    private func refuse(_ reason: String) -> ImportError { .mapping(place: place, reason: reason) }

    func object() throws(ImportError) -> [String: Any] {
        guard let object = value as? [String: Any] else { throw refuse("an object is expected") }
        return object
    }

    func array() throws(ImportError) -> [Any] {
        guard let array = value as? [Any] else { throw refuse("a list is expected") }
        return array
    }

    func text() throws(ImportError) -> String {
        guard let text = value as? String else { throw refuse("a text is expected") }
        return text
    }

    func template() throws(ImportError) -> Template {
        guard let template = Template(try text()) else { throw refuse("a brace is not closed") }
        return template
    }

    func reference() throws(ImportError) -> ReferenceExpression {
        let object = try object()
        var create: [(name: String, template: Template)]?
        if let given = object["create"] {
            let fields = try MappingReader(given, "\(place).create").object()
            create = try fields.keys.sorted().map { name throws(ImportError) in
                (name, try MappingReader(fields[name], "\(place).create.\(name)").template())
            }
        }
        return ReferenceExpression(
            object: try MappingReader(object["reference"], "\(place).reference").text(),
            field: try MappingReader(object["by"], "\(place).by").text(),
            value: try MappingReader(object["value"], "\(place).value").template(),
            create: create
        )
    }

    func expression() throws(ImportError) -> Expression {
        if value is String { return .template(try template()) }
        let object = try object()
        if let text = object["template"] {
            var template = try MappingReader(text, "\(place).template").template()
            template.keepsNulls = object["keepNulls"] as? Bool ?? false
            return .template(template)
        }
        if let given = object["equals"] {
            let pair = try MappingReader(given, "\(place).equals").array()
            guard pair.count == 2 else { throw refuse("equals takes two texts") }
            return .equals(
                try MappingReader(pair[0], "\(place).equals[0]").template(),
                try MappingReader(pair[1], "\(place).equals[1]").text()
            )
        }
        if object["reference"] != nil { return .reference(try reference()) }
        if let given = object["first"] {
            let expressions = try MappingReader(given, "\(place).first").array()
            return .first(
                try expressions.enumerated().map { (index, value) throws(ImportError) in
                    try MappingReader(value, "\(place).first[\(index)]").expression()
                }
            )
        }
        if object["importer"] != nil { return .importer }
        if object["null"] != nil { return .null }
        throw refuse("it is no expression: template, equals, reference, first, importer or null")
    }
}
