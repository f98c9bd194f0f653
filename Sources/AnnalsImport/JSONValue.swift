internal import Foundation

/// Any JSON.
enum JSONValue: Decodable, Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int)
    case double(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Text first: it is what rows are made of, and each wrong guess costs an error.
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? container.decode(Int.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .double(number)
        } else if let items = try? container.decode([JSONValue].self) {
            self = .array(items)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// What it is, for a message.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer, .double: "a number"
        case .text: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// Why bytes are no JSON, and in which of their lines.
func jsonFinding(_ bytes: [UInt8]) -> String {
    // Foundation's decoder does not tell where; its older parser does, by the byte.
    do {
        _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        return "it is not JSON that can be read"
    } catch {
        let detail = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String ?? ""
        let words = detail.split(whereSeparator: { " .".contains($0) })
        guard let offset = words.last.flatMap({ Int($0) }), words.count > 3 else {
            return "it is not JSON: it ends too early"
        }
        let line = bytes.prefix(offset).count { $0 == 0x0A } + 1
        let what = words.dropLast(3).joined(separator: " ").lowercased()
        return "it is not JSON: \(what) in line \(line), at byte \(offset)"
    }
}
