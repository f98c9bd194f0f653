import AnnalsSchema
import Foundation

/// The JSON values of a text, one after the other: one value, JSON Lines, or anything between.
struct JSONInput {
    /// A value, and the line of the text that it begins on.
    struct Entry {
        let line: Int
        let value: JSONValue
    }

    /// What the text is called in a sentence, such as `records.jsonl`.
    let name: String
    private let bytes: [UInt8]

    init(_ bytes: [UInt8], name: String) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        self.bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes
        self.name = name
    }

    /// Reads all values.
    ///
    /// - Throws: Where the text is no JSON, or an object has a key twice: the line, and the
    ///   character of the line.
    func entries() throws(Failure) -> [Entry] {
        var entries: [Entry] = []
        var line = 1
        var counted = 0
        for range in ranges() {
            line += bytes[counted..<range.lowerBound].count { $0 == 0x0A }
            counted = range.lowerBound
            let data = Data(bytes[range])
            do {
                entries.append(
                    Entry(line: line, value: try JSONDecoder().decode(JSONValue.self, from: data))
                )
            } catch {
                throw malformed(data, at: range.lowerBound)
            }
            if let key = RepeatedKey(in: Array(bytes[range])) {
                throw refused("\(key)", at: range.lowerBound + key.offset)
            }
        }
        return entries
    }

    /// Where the values are: up to the bracket that closes the first one; a value without brackets
    /// up to the next space.
    private func ranges() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start: Int?
        var depth = 0
        var isInText = false
        var isEscaped = false
        for (index, byte) in bytes.enumerated() {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D:
                guard depth == 0, let first = start else { continue }
                ranges.append(first..<index)
                start = nil
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if start == nil { start = index }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                let first = start ?? index
                start = first
                depth = max(0, depth - 1)
                guard depth == 0 else { continue }
                ranges.append(first..<index + 1)
                start = nil
            case UInt8(ascii: "\""):
                if start == nil { start = index }
                isInText = true
            default:
                if start == nil { start = index }
            }
        }
        if let start { ranges.append(start..<bytes.count) }
        return ranges
    }

    /// Foundation's decoder does not say where; its older parser tells the byte, mostly.
    private func malformed(_ data: Data, at start: Int) -> Failure {
        var offset = start
        var finding = "it ends too early, or there is a word that JSON has not"
        do {
            _ = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
        } catch {
            let told = (error as NSError).userInfo["NSDebugDescription"] as? String ?? ""
            if let range = told.range(of: " around character "),
                let byte = Int(told[range.upperBound...].prefix { $0.isNumber })
            {
                offset = min(start + byte, bytes.count)
                finding = told[..<range.lowerBound].lowercased()
            } else if !told.isEmpty, !told.hasPrefix("Unexpected end of file during JSON") {
                finding = told.trimmingCharacters(in: CharacterSet(charactersIn: ".")).lowercased()
            }
        }
        return refused("this is no JSON: \(finding)", at: offset)
    }

    private func refused(_ finding: String, at offset: Int) -> Failure {
        let before = bytes[..<offset]
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
        return Failure(
            "MALFORMED_JSON",
            "\(name), line \(line), character \(column): \(finding).",
            .callRefused
        )
    }
}
