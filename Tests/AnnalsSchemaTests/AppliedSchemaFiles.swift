@testable import AnnalsSchema

/// What every store begins with.
let standard = Schema(ObjectType.Definition.standard.map(ObjectType.init))

/// What `annals schema` would show for a store after these files were applied one by one.
func schema(after files: [String]) throws -> Schema {
    try files.reduce(standard) { schema, file in
        let changed = try schema.changes(by: SchemaFile(json: Array(file.utf8)))
        let codes = Set(changed.map(\.code))
        return Schema(
            schema.objects.filter { !codes.contains($0.code) } + changed.map(ObjectType.init)
        )
    }
}

/// Why a file is refused; `nil` if it is not.
func refusal(_ file: String, after earlier: [String] = []) -> String? {
    do {
        _ = try schema(after: earlier + [file])
        return nil
    } catch {
        return "\(error)"
    }
}
