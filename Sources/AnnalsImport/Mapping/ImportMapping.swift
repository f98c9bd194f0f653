internal import Annals
internal import AnnalsJSON
internal import AnnalsSchema

/// How rows of a file become calls: which object, which record, when, who, and what.
///
/// It is read from JSON; see `Importing.md` for its syntax.
public struct ImportMapping: Sendable {
    /// The operation of a row.
    enum Operation: String, Sendable, CaseIterable {
        case create, update, upsert, delete, undelete
    }

    struct Key: Sendable {
        let field: String
        let value: Template
    }

    struct Time: Sendable {
        let value: Template
        let format: TimeFormat
    }

    struct FieldRule: Sendable {
        let name: String
        let expression: Expression
    }

    /// The API name of the object of the rows' records.
    package let object: String
    let key: Key
    /// Cells of a CSV file that mean no value.
    let nulls: Set<TextKey>
    let time: Time?
    let isSorted: Bool
    let operation: Template?
    let actor: Expression?
    /// In the order of their names.
    let fields: [FieldRule]
    let references: [Reference]
    let columns: Columns
    /// Distinguishes this mapping from others.
    let importID: String

    /// Reads a mapping.
    ///
    /// - Throws: ``ImportError/mapping(place:reason:)``.
    public init(json: [UInt8]) throws(ImportError) {
        var reader = MappingReader()
        let top = try reader.object(
            try MappingReader.parse(json),
            at: "",
            keys: ["object", "key", "nulls", "time", "sort", "operation", "actor", "fields"]
        )
        object = try reader.text(top["object"], at: "object")
        key = try reader.key(top["key"])
        nulls = Set((try reader.texts(top["nulls"], at: "nulls") ?? [""]).map { TextKey($0) })
        time = try reader.time(top["time"])
        isSorted = try reader.flag(top["sort"], at: "sort") ?? false
        operation = try reader.operation(top["operation"])
        if let actor = top["actor"] {
            self.actor = try reader.expression(actor, at: "actor")
        } else {
            actor = nil
        }
        fields = try reader.fields(top["fields"])
        references = reader.references
        columns = reader.columns
        importID = RowDigest(of: Self.normalized(json)).shortText
        if isSorted, time == nil {
            throw .mapping(place: "sort", reason: "rows without a time cannot be sorted by it")
        }
    }

    /// The same bytes for mappings that differ in white space and in the order of keys.
    private static func normalized(_ json: [UInt8]) -> [UInt8] {
        var reader = JSONReader(json)
        guard let first = try? reader.next() else { return json }
        return Array(first.value.sorted.line.utf8)
    }

    /// The columns that contain a row's time.
    var timeColumns: Set<Int> { Set(time?.value.columns ?? []) }
}

extension Template {
    var columns: [Int] {
        parts.compactMap { if case .column(let column) = $0 { column } else { nil } }
    }
}

extension JSONValue {
    /// The same with the members of every object in the order of their names' bytes.
    fileprivate var sorted: JSONValue {
        switch self {
        case .array(let values): .array(values.map(\.sorted))
        case .members(let members):
            .object(
                members.map { ($0.name, $0.value.sorted) }
                    .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
            )
        default: self
        }
    }
}
