import Annals
import AnnalsSOQL

/// What the paths of a query start from.
struct NaiveScope {
    let object: ObjectType
    private let sources: [Source]
    /// The names that a path may begin with and that add no level.
    private let rootNames: [Name]

    /// - Parameter object: Of a child query, the children's.
    init(_ sources: [Source], of object: ObjectType) {
        self.object = object
        self.sources = sources
        let root = sources[0]
        rootNames = [Name(object.name)] + (root.alias.map { [$0] } ?? [])
    }

    /// The names from the object on, short names of relationships written out.
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

    /// Where a path leads.
    func target(of path: Path, in schema: Schema) -> NaivePath {
        NaivePath(names(of: path), from: object, in: schema)
    }
}

/// References to follow from a record, and what to read at their end.
struct NaivePath {
    enum End {
        case field(Field)
        /// Of a reference to several objects: what all of them have.
        case name, type
        case id
        /// What some of them have, as the first that has it spells it.
        case shared(String)
    }

    private static let shared = ["firstname", "lastname", "email", "phone", "username"]

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
            case let folded where Self.shared.contains(folded):
                let fields = reference.referenceTo.compactMap { schema[$0]?[last.text] }
                end = .shared(fields.first?.name ?? last.text)
            default: fatalError("not all that \(reference.name) refers to have \(last)")
            }
        } else {
            guard let field = object[last.text] else { fatalError("\(object.name) has no \(last)") }
            end = .field(field)
        }
    }

    var kind: NaiveKind {
        switch end {
        case .field(let field): NaiveKind(field)
        case .name, .type, .shared: .text(isExact: false)
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
    /// The record that a reference names, unless it cannot be seen.
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
                // There is no third boolean.
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
            return store.schema[record.type]?[name].map { record.value(of: $0) } ?? .null
        case .name:
            let field = store.schema[record.type]?.fields.first { $0.has(.nameField) }
            return field.map { record.value(of: $0) } ?? .null
        }
    }
}
