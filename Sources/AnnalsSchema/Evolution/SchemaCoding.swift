internal import Foundation

// Definitions in the log are JSON with sorted keys, so that an auditor can read them; the log's
// bytes are the truth and are never re-encoded.

extension ObjectType.Definition {
    package func encoded() throws(SchemaError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self))
        } catch {
            throw SchemaError(name, "the definition cannot be written")
        }
    }

    package init(decoding bytes: [UInt8]) throws(SchemaError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch {
            throw SchemaError("schema", "a definition does not decode")
        }
        try check()
    }

    /// What must be true of every definition, whoever wrote it.
    package func check() throws(SchemaError) {
        guard KeyPrefix(keyPrefix) != nil else {
            throw SchemaError(name, "the key prefix \(keyPrefix) is not three letters or digits")
        }
        guard code > 0 else { throw SchemaError(name, "an object code is above 0") }
        var names: Set<String> = []
        var ids: Set<FieldID> = []
        for field in fields {
            let place = "\(name).\(field.name)"
            guard names.insert(field.name.lowercased()).inserted else {
                throw SchemaError(place, "there are two fields of that name")
            }
            guard field.id.rawValue > 0, ids.insert(field.id).inserted else {
                throw SchemaError(place, "the field id \(field.id.rawValue) is taken")
            }
            guard field.id.rawValue <= 1000 || !field.id.isSlot else {
                throw SchemaError(place, "an object has at most 1,000 fields")
            }
            guard !field.kind.isText || (1...131_072).contains(field.length) else {
                throw SchemaError(place, "a length is 1 to 131,072 characters")
            }
            guard field.kind != .reference || !field.referenceTo.isEmpty else {
                throw SchemaError(place, "a reference names the objects it may refer to")
            }
        }
        guard fields.contains(where: { $0.has(.nameField) }) else {
            throw SchemaError(name, "there is no name field")
        }
    }
}
