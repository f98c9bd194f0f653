import AnnalsJSON

/// The JSON values of a text, one after another: one value, JSON Lines, or anything in between.
struct JSONInput {
    /// A value, and the line of the text that it begins on.
    struct Entry {
        let line: Int
        let value: JSONValue
    }

    /// The name of the text in messages, such as `records.jsonl`.
    let name: String
    private let bytes: [UInt8]

    init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    /// Reads all values.
    ///
    /// - Throws: If the text is not JSON, or an object has a key twice: the line, and the character
    ///   of the line.
    func entries() throws(Failure) -> [Entry] {
        var entries: [Entry] = []
        var line = 1
        var counted = 0
        var reader = JSONReader(bytes)
        do throws(JSONError) {
            while let (value, offset) = try reader.next() {
                line += bytes[counted..<offset].count { $0 == 0x0A }
                counted = offset
                entries.append(Entry(line: line, value: value))
            }
        } catch {
            throw Failure(
                "MALFORMED_JSON",
                "\(name), line \(error.line), character \(error.character): \(error.reason).",
                .callRefused
            )
        }
        return entries
    }
}
