internal import Foundation

/// A key that one object of a JSON text has twice.
///
/// Foundation's decoder keeps one of the two values, no matter which, and tells nobody.
package struct RepeatedKey: Equatable, Sendable {
    package let name: String
    /// Where it comes the second time, in bytes from the start of the text.
    package let offset: Int
    /// The line of that place, counted from 1.
    package let line: Int

    /// The first one of `json`, which must be JSON in UTF-8; `nil` where there is none.
    package init?(in json: [UInt8]) {
        // The keys of the objects that are open; keys are equal as a dictionary has them equal.
        var objects: [Set<String>] = []
        var index = 0
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "{"): objects.append([])
            case UInt8(ascii: "}"): _ = objects.popLast()
            case UInt8(ascii: "\""):
                let start = index
                index = Self.end(ofTextAt: start, in: json)
                // In JSON a text before a colon is a key.
                guard Self.isColonNext(after: index, in: json), !objects.isEmpty else { break }
                let name = Self.text(json[start..<min(index + 1, json.count)])
                if !objects[objects.count - 1].insert(name).inserted {
                    self.name = name
                    offset = start
                    line = json[..<start].count { $0 == 0x0A } + 1
                    return
                }
            default: break
            }
            index += 1
        }
        return nil
    }

    /// Where the quote is that ends the text.
    private static func end(ofTextAt start: Int, in json: [UInt8]) -> Int {
        var index = start + 1
        while index < json.count, json[index] != UInt8(ascii: "\"") {
            index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index
    }

    private static func isColonNext(after end: Int, in json: [UInt8]) -> Bool {
        var index = end + 1
        while index < json.count, [0x20, 0x09, 0x0A, 0x0D].contains(json[index]) { index += 1 }
        return index < json.count && json[index] == UInt8(ascii: ":")
    }

    private static func text(_ quoted: ArraySlice<UInt8>) -> String {
        if quoted.contains(UInt8(ascii: "\\")),
            let text = try? JSONDecoder().decode(String.self, from: Data(quoted))
        {
            return text
        }
        return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
    }
}

extension RepeatedKey: CustomStringConvertible {
    package var description: String { "an object has the key \"\(name)\" twice" }
}
