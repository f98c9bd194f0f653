import AnnalsDescribe
import AnnalsJSON

extension OrderedJSON {
    /// The JSON as in the golden files: a line for each member, and for each element of a list.
    var golden: String {
        guard case .members(let members) = self else { return line + "\n" }
        let lines = members.map { member in
            guard case .list(let values) = member.value, !values.isEmpty else {
                return " \"\(member.name)\": \(member.value.line)"
            }
            let elements = values.map { "  " + $0.line }.joined(separator: ",\n")
            return " \"\(member.name)\": [\n\(elements)\n ]"
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    private var line: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): String(flag)
        case .integer(let number): String(number)
        case .text(let text): Self.quoted(text)
        case .list(let values): "[" + values.map(\.line).joined(separator: ", ") + "]"
        case .members(let members):
            "{"
                + members.map { "\(Self.quoted($0.name)): \($0.value.line)" }
                .joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// The value of a member; `nil` if there is none.
    subscript(name: String) -> OrderedJSON? {
        guard case .members(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var names: [String] {
        guard case .members(let members) = self else { return [] }
        return members.map(\.name)
    }

    /// The same without the descriptions of fields, for people to read.
    var withoutDetails: OrderedJSON {
        switch self {
        case .list(let values): .list(values.map(\.withoutDetails))
        case .members(let members):
            .members(
                members.map {
                    Member(
                        name: $0.name,
                        value: $0.name == "details" ? .text("…") : $0.value.withoutDetails
                    )
                }
            )
        default: self
        }
    }
}

extension OrderedJSON {
    /// What was read from a describe object.
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .boolean(let flag): self = .boolean(flag)
        case .number: self = .integer(json.wholeNumber ?? .min)
        case .text(let text): self = .text(text)
        case .array(let values): self = .list(values.map { OrderedJSON($0) })
        case .members(let members):
            self = .members(members.map { Member(name: $0.name, value: OrderedJSON($0.value)) })
        }
    }
}
