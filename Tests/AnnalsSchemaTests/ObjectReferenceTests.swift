import AnnalsSchema
import Foundation
import Testing

struct `The fields of ContactRequest` {
    @Test func `are those of the object reference, in its order`() throws {
        let url = URL(filePath: #filePath)
            .appending(path: "../../../fixtures/object-reference/ContactRequest.tsv")
        let published = try String(contentsOf: url.standardized, encoding: .utf8)

        let declared = ObjectType(.contactRequest).fields.map { field in
            "\(field.name)\t\(field.kind.rawValue)\t\(field.properties.published)\n"
        }

        #expect(declared.joined() == published)
    }

    @Test func `refer to what the reference says`() {
        let object = ObjectType(.contactRequest)

        #expect(object["WhatId"]?.referenceTo == ["Account", "Case", "Opportunity", "WorkOrder"])
        #expect(object["WhoId"]?.referenceTo == ["Contact", "Lead", "User"])
        #expect(object["OwnerId"]?.referenceTo == ["Group", "User"])
        #expect(object["IsCallback"]?.since == 60)
        #expect(object["RequestDescription"]?.length == 32_000)
        #expect(object.prefix.description == "0Tz")
    }

    @Test func `keep their ids in what the log holds`() throws {
        for definition in ObjectType.Definition.standard {
            let decoded = try ObjectType.Definition(decoding: definition.encoded())

            #expect(decoded == definition)
        }
    }
}

extension Field.Properties {
    /// The properties in the wording and order of the object reference.
    fileprivate var published: String {
        let names: [(Self, String)] = [
            (.autonumber, "Autonumber"), (.create, "Create"),
            (.defaultedOnCreate, "Defaulted on create"), (.filter, "Filter"), (.group, "Group"),
            (.idLookup, "idLookup"), (.nillable, "Nillable"), (.sort, "Sort"), (.update, "Update"),
        ]
        return names.filter { contains($0.0) }.map { $0.1 }.joined(separator: ", ")
    }
}
