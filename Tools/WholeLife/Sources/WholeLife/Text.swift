import Glibc

/// Text as a store must see it: bytes.
///
/// Swift's own comparison considers "é" and "e" with a combining accent equal.
struct Text: Hashable, Comparable, Sendable {
    var bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }
    init(bytes: [UInt8]) { self.bytes = bytes }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The same for texts that differ only in case: scalar by scalar, without normalization.
    var folded: Text {
        var result = ""
        for scalar in string.unicodeScalars { result += scalar.properties.lowercaseMapping }
        return Text(result)
    }

    var utf16Count: Int { string.utf16.count }

    /// Without ASCII white space at its ends; the texts have no other.
    var trimmed: Text {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return Text(bytes: []) }
        return Text(bytes: Array(bytes[first...last]))
    }

    static func < (one: Text, other: Text) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }
}

/// JSON with its texts as bytes.
indirect enum JSON: Hashable, Sendable, CustomStringConvertible {
    case null
    case bool(Bool)
    case number(Double)
    case text(Text)
    case list([JSON])
    case object([String: JSON])
    /// A number in exactly this form, which a `Double` would not keep.
    case raw(String)

    var description: String { written }

    static func text(_ text: String) -> JSON { .text(Text(text)) }

    subscript(name: String) -> JSON {
        guard case .object(let members) = self else { return .null }
        return members[name] ?? .null
    }

    var string: String? {
        guard case .text(let text) = self else { return nil }
        return text.string
    }

    var int: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(exactly: number)
    }

    var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    var list: [JSON] {
        guard case .list(let list) = self else { return [] }
        return list
    }

    var written: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let number):
            Int64(exactly: number).map { $0.magnitude < 1 << 53 ? "\($0)" : "\(number)" }
                ?? "\(number)"
        case .text(let text): Self.quoted(text)
        case .list(let list): "[" + list.map(\.written).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }
                .map { Self.quoted(Text($0.key)) + ":" + $0.value.written }
                .joined(separator: ",") + "}"
        case .raw(let text): text
        }
    }

    static func quoted(_ text: Text) -> String {
        var result = "\""
        for scalar in text.string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// The lines of an answer; lines that are not JSON are skipped.
    static func lines(_ bytes: [UInt8]) -> [JSON] {
        bytes.split(separator: 0x0A).compactMap { line in
            var reader = JSONReader(bytes: Array(line))
            return reader.value()
        }
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func skip() {
        while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let wanted = Array("\(text)".utf8)
        guard bytes[place...].starts(with: wanted) else { return false }
        place += wanted.count
        return true
    }

    mutating func value() -> JSON? {
        skip()
        guard place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "{"):
            place += 1
            var members: [String: JSON] = [:]
            skip()
            if take("}") { return .object(members) }
            while true {
                skip()
                guard let name = text() else { return nil }
                skip()
                guard take(":"), let value = value() else { return nil }
                members[name.string] = value
                skip()
                if take("}") { return .object(members) }
                guard take(",") else { return nil }
            }
        case UInt8(ascii: "["):
            place += 1
            var list: [JSON] = []
            skip()
            if take("]") { return .list(list) }
            while true {
                guard let value = value() else { return nil }
                list.append(value)
                skip()
                if take("]") { return .list(list) }
                guard take(",") else { return nil }
            }
        case UInt8(ascii: "\""): return text().map { .text($0) }
        case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default:
            let start = place
            while place < bytes.count,
                "+-.eE0123456789".utf8.contains(bytes[place])
            {
                place += 1
            }
            return Double(String(decoding: bytes[start..<place], as: UTF8.self)).map { .number($0) }
        }
    }

    private mutating func text() -> Text? {
        guard take("\"") else { return nil }
        var result: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\"") { return Text(bytes: result) }
            guard byte == UInt8(ascii: "\\"), place < bytes.count else {
                result.append(byte)
                continue
            }
            let escape = bytes[place]
            place += 1
            switch escape {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "u"):
                guard place + 4 <= bytes.count else { return nil }
                var code =
                    UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
                    ?? 0
                place += 4
                if (0xD800..<0xDC00).contains(code), place + 6 <= bytes.count {
                    let low =
                        UInt32(
                            String(decoding: bytes[place + 2..<place + 6], as: UTF8.self),
                            radix: 16
                        ) ?? 0
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                    place += 6
                }
                if let scalar = Unicode.Scalar(code) { result += Array(String(scalar).utf8) }
            default: result.append(escape)
            }
        }
        return nil
    }
}
