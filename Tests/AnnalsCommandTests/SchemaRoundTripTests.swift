import Annals
import AnnalsJSON
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsCommand

private let standard = Schema(ObjectType.Definition.standard.map(ObjectType.init))

extension Schema {
    fileprivate func applying(_ file: SchemaFile) throws -> Schema {
        let changed = try changes(by: file)
        let codes = Set(changed.map(\.code))
        return Schema(objects.filter { !codes.contains($0.code) } + changed.map(ObjectType.init))
    }

    /// What `annals schema --json` writes.
    fileprivate var lines: String {
        objects.map { JSONValue($0).line }.joined(separator: "\n") + "\n"
    }
}

/// Random declarations, all of which can be applied.
private struct RandomDeclarations {
    var random: SeededRandom

    mutating func file() -> SchemaFile {
        var objects: [SchemaFile.ObjectDeclaration] = []
        let count = 1 + random.below(4)
        for number in 0..<count {
            var object = SchemaFile.ObjectDeclaration(name: "O\(number)__c")
            if random.chance(50) { object.label = "Object \(number) \"é\"" }
            if random.chance(30) { object.labelPlural = "Objects" }
            if random.chance(30) { object.keyPrefix = "z0\(number)" }
            if random.chance(60) {
                var name = SchemaFile.NameFieldDeclaration()
                if random.chance(50) { name.label = "Called" }
                if random.chance(50) {
                    name.type = "autonumber"
                    if random.chance(50) { name.displayFormat = "N-{YYYY}-{000}" }
                }
                object.nameField = name
            }
            object.fields = (0..<random.below(12)).map { field($0, objectCount: count) }
            objects.append(object)
        }
        var contact = SchemaFile.ObjectDeclaration(name: "Contact")
        var email = SchemaFile.FieldDeclaration(name: "Email")
        email.label = "Mail"
        contact.fields = [email, field(90, objectCount: count)]
        if random.chance(50) { objects.append(contact) }
        return SchemaFile(objects: objects)
    }

    private mutating func field(_ number: Int, objectCount: Int) -> SchemaFile.FieldDeclaration {
        let kinds = Field.Kind.allCases.filter { $0 != .id }
        let kind = kinds[random.below(kinds.count)]
        var field = SchemaFile.FieldDeclaration(name: "F\(number)__c")
        field.type = kind.rawValue
        if random.chance(30) { field.label = "Field \(number)" }
        if kind != .boolean, random.chance(30) { field.required = random.chance(50) }
        if random.chance(20), kind != .reference { field.indexed = true }
        switch kind {
        case .string, .email, .int, .double:
            if random.chance(30) { field.externalId = true }
            if random.chance(30) {
                field.unique = true
                field.indexed = nil
                if kind == .string || kind == .email { field.caseSensitive = random.chance(50) }
            }
        default: break
        }
        if kind == .int, random.chance(50) {
            field.minimum = -random.below(50)
            field.maximum = random.below(50)
            field.default = .integer(0)
        }
        switch kind {
        case .string, .textarea, .url, .phone:
            if random.chance(40) { field.length = 10 + random.below(30) }
            if random.chance(40) { field.default = .text(" ümlaut ") }
        case .boolean: field.default = random.chance(50) ? .boolean(true) : nil
        case .picklist:
            var values = (0..<random.below(5)).map { SchemaFile.PicklistValue("Wert \($0)") }
            for index in values.indices {
                if random.chance(30) { values[index].label = "Label" }
                if random.chance(20), index > 0 { values[index].active = false }
            }
            if !values.isEmpty, random.chance(50) { values[0].default = true }
            field.values = values
            field.restricted = !values.isEmpty && random.chance(50)
        case .reference:
            field.referenceTo =
                random.chance(50) ? ["O\(random.below(objectCount))__c"] : ["user", "Contact"]
            if random.chance(60) { field.relationshipName = "R\(number)__r" }
            if random.chance(50) { field.onTargetDeletion = .cascade }
        default: break
        }
        return field
    }
}

struct `The schema that a store tells` {
    @Test(arguments: 0..<60)
    func `makes the same schema of another store`(seed: UInt64) throws {
        var declarations = RandomDeclarations(random: SeededRandom(seed: seed))
        var schema = try standard.applying(declarations.file())
        // Once more, over what is there: only what is allowed to change does.
        if let again = try? schema.applying(declarations.file()) { schema = again }

        let told = try SchemaFile(json: Array(schema.lines.utf8))
        let made = try standard.applying(told)

        #expect(made.objects.map(\.definition) == schema.objects.map(\.definition))
        #expect(made.lines == schema.lines)
        #expect(try schema.changes(by: told).isEmpty)
        #expect(try made.changes(by: told).isEmpty)
    }

    @Test func `is applied as it is written, by the command too`() async throws {
        let program = Program()
        let schema = try program.write(
            """
            {"objects": [{"name": "Site__c", "fields": [
              {"name": "Code__c", "type": "string", "length": 9, "unique": true},
              {"name": "Old__c", "type": "reference", "referenceTo": ["Site__c"]}]}]}
            """,
            to: "schema.json"
        )
        try await program.run("init", program("a"), "--schema", schema)
        try await program.run("init", program("b"))
        let told = try await program.run("schema", program("a"), "--json")
        let file = try program.write(told.output, to: "told.jsonl")

        let applied = try await program.run("schema", "apply", program("b"), file)

        #expect(applied.output == "Changed Site__c.\n")
        #expect(try await program.run("schema", program("b"), "--json").output == told.output)
        let again = try await program.run("schema", "apply", program("a"), file)
        #expect(again.output == "Nothing changed.\n")
        let described = try await program.run("describe", program("a"), "Site__c", "--json")
        let other = try program.write(described.output, to: "described.json")
        let refused = try await program.run("schema", "apply", program("b"), other, "--json")
        #expect(refused.status == 2)
        #expect(refused.failure["message"]?.contains("annals schema STORE --json") == true)
    }
}
