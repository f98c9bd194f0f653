import Annals
import AnnalsSOQL

/// The starting points of the paths of a query.
struct NaiveScope {
    let object: ObjectType
    private let sources: [Source]
    /// The names that a path may begin with without adding a level.
    private let rootNames: [Name]

    /// - Parameter object: For a child query, the children's object.
    init(_ sources: [Source], of object: ObjectType) {
        self.object = object
        self.sources = sources
        let root = sources[0]
        rootNames = [Name(object.name)] + (root.alias.map { [$0] } ?? [])
    }

    /// The names from the object on, with aliases of relationships replaced by their paths.
    func names(of path: Path) -> [Name] {
        var names = path.segments
        if names.count > 1, rootNames.contains(where: { $0.matches(names[0]) }) {
            names.removeFirst()
        }
        let source = sources.dropFirst().first { source in
            names.count > 1 && source.alias?.matches(names[0]) == true
        }
        guard let source else { return names }
        return self.names(of: source.path) + names.dropFirst()
    }

    /// The field or property that a path leads to.
    func target(of path: Path, in schema: Schema) -> NaivePath {
        NaivePath(names(of: path), from: object, in: schema)
    }
}

/// References to follow from a record, and what to read at their end.
struct NaivePath {
    enum End {
        case field(Field)
        /// A property that all targets of a polymorphic reference have.
        case name, type
        case id
        /// A property that some of them have, spelled as in the first that has it.
        case shared(String)
    }

    /// The fields of Name, in the API's spelling; most objects have only a few of them.
    private static let shared: [(name: String, kind: NaiveKind)] = [
        ("FirstName", .text(isExact: false)), ("LastName", .text(isExact: false)),
        ("Username", .text(isExact: false)), ("Alias", .text(isExact: false)),
        ("Email", .text(isExact: false)), ("Phone", .text(isExact: false)),
        ("Title", .text(isExact: false)), ("IsActive", .boolean), ("ProfileId", .id),
        ("UserRoleId", .id), ("RecordTypeId", .id), ("LastViewedDate", .dateTime),
        ("LastReferencedDate", .dateTime),
    ]

    var references: [Field] = []
    let end: End

    init(_ names: [Name], from object: ObjectType, in schema: Schema) {
        var object = object
        for name in names.dropLast() {
            let reference = object.fields.first { field in
                field.relationshipName.map { name.matches($0) } ?? false
            }
            guard let reference, let target = schema[reference.referenceTo[0]] else {
                fatalError("\(object.name) has no relationship \(name)")
            }
            references.append(reference)
            object = target
        }
        let last = names[names.count - 1]
        if let reference = references.last, reference.referenceTo.count > 1 {
            switch last.folded {
            case "name": end = .name
            case "type": end = .type
            case "id": end = .id
            case let folded:
                guard let field = Self.shared.first(where: { $0.name.lowercased() == folded })
                else { fatalError("Name has no \(last)") }
                end = .shared(field.name)
            }
        } else {
            guard let field = object[last.text] else { fatalError("\(object.name) has no \(last)") }
            end = .field(field)
        }
    }

    var kind: NaiveKind {
        switch end {
        case .field(let field): NaiveKind(field)
        case .shared(let name): Self.shared.first { $0.name == name }?.kind ?? .id
        case .name, .type: .text(isExact: false)
        case .id: .id
        }
    }

    /// The API's spelling of the last name.
    var key: String {
        switch end {
        case .field(let field): field.name
        case .name: "Name"
        case .type: "Type"
        case .id: "Id"
        case .shared(let name): name
        }
    }
}

extension NaiveEvaluator {
    /// The record that a reference names, unless it is invisible.
    func parent(of record: NaiveRecord, _ reference: Field) -> NaiveRecord? {
        guard case .id(let id) = record.value(of: reference), let parent = store.byID[id] else {
            return nil
        }
        return isVisible(parent) ? parent : nil
    }

    func value(of record: NaiveRecord, _ path: NaivePath) -> Value {
        var record = record
        for reference in path.references {
            guard let parent = parent(of: record, reference) else {
                // A boolean has no third value.
                if case .boolean = path.kind { return .boolean(false) }
                return .null
            }
            record = parent
        }
        switch path.end {
        case .field(let field):
            switch field.name {
            case "LastViewedDate": return views[record.id]?.viewed ?? .null
            case "LastReferencedDate": return views[record.id]?.referenced ?? .null
            default: return record.value(of: field)
            }
        case .id: return .id(record.id)
        case .type: return .text(record.type)
        case .shared(let name):
            guard let field = store.schema[record.type]?[name] else {
                if case .boolean = path.kind { return .boolean(false) }
                return .null
            }
            switch name {
            case "LastViewedDate": return views[record.id]?.viewed ?? .null
            case "LastReferencedDate": return views[record.id]?.referenced ?? .null
            default: return record.value(of: field)
            }
        case .name:
            let field = store.schema[record.type]?.fields.first { $0.has(.nameField) }
            return field.map { record.value(of: $0) } ?? .null
        }
    }
}
