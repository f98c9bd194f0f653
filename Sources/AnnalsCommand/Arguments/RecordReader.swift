import Annals
import AnnalsJSON

/// Makes records for calls from JSON in the REST API's format.
///
/// A record is an object of field names and values: null sets a field to null, and a relationship
/// such as `{"Who": {"attributes": {"type": "Contact"}, "Email": "x@example.com"}}` sets the
/// reference, WhoId, to the record with that external id.
struct RecordReader {
    let schema: Schema
    /// The object of records whose `attributes` name none.
    let object: String?
    /// The place of the record, for messages.
    let place: String

    func record(_ json: JSONValue) throws(Failure) -> SObject {
        guard case .members(let members) = json else {
            throw refused("a record is an object of fields and values")
        }
        guard let type = try type(in: members) ?? object else {
            throw refused(
                "name the object, as an argument or as {\"attributes\": {\"type\": …}}"
            )
        }
        var record = SObject(type)
        for member in members where member.name != "attributes" {
            record.fields.append(try assignment(member, schema[type]))
        }
        return record
    }

    private func type(in members: [JSONValue.Member]) throws(Failure) -> String? {
        guard let attributes = members.first(where: { $0.name == "attributes" }) else { return nil }
        guard case .members(let members) = attributes.value else {
            throw refused("attributes is an object, such as {\"type\": \"ContactRequest\"}")
        }
        guard let type = members.first(where: { $0.name == "type" }) else { return nil }
        guard case .text(let name) = type.value else {
            throw refused("attributes.type is the name of an object")
        }
        return name
    }

    private func assignment(
        _ member: JSONValue.Member,
        _ object: ObjectType?
    ) throws(Failure) -> SObject.Assignment {
        switch member.value {
        case .null:
            let name = object?.reference(of: member.name)?.name ?? member.name
            return SObject.Assignment(name, .null)
        case .boolean(let flag): return SObject.Assignment(member.name, .boolean(flag))
        case .number(let number):
            return SObject.Assignment(member.name, Value(number: number))
        case .text(let text): return SObject.Assignment(member.name, .text(text))
        case .array: throw refused("\(member.name) is an array, which no field can hold")
        case .members(let members):
            // An unknown object is reported by the call, in the words of the API.
            guard let object else { return SObject.Assignment(member.name, .null) }
            guard let field = object.reference(of: member.name) else {
                throw refused("\(member.name) is not a relationship of \(object.name)")
            }
            return SObject.Assignment(field.name, try lookup(members, member.name, field))
        }
    }

    private func lookup(
        _ members: [JSONValue.Member],
        _ name: String,
        _ field: Field
    ) throws(Failure) -> Value {
        let keys = members.filter { $0.name != "attributes" }
        let only = field.referenceTo.count == 1 ? field.referenceTo.first : nil
        guard let target = try type(in: members) ?? only else {
            throw refused(
                "\(name) names no object: add {\"attributes\": {\"type\": …}}, one of "
                    + field.referenceTo.joined(separator: ", ")
            )
        }
        guard keys.count == 1, let key = keys.first else {
            throw refused("\(name) names one external id of \(target)")
        }
        switch key.value {
        case .text(let text), .number(let text):
            return .lookup(object: target, field: key.name, value: text)
        default: throw refused("\(name).\(key.name) is text or a number")
        }
    }

    private func refused(_ reason: String) -> Failure { .input("\(place): \(reason).") }
}

extension ObjectType {
    /// The reference that queries reach by the name of this relationship, unless a field has the
    /// name.
    fileprivate func reference(of relationship: String) -> Field? {
        if self[relationship] != nil { return nil }
        let name = relationship.lowercased()
        return fields.first { $0.relationshipName?.lowercased() == name }
    }
}
