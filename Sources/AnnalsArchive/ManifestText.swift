internal import AnnalsBytes
internal import AnnalsLog

/// A manifest as text: JSON for people and other programs, of which this program accepts only the
/// exact text that it would write itself.
///
/// So it has only one interpretation, and no byte can be changed: the last line is the digest of
/// everything before it.
struct ManifestText: Equatable {
    enum Value: Equatable {
        case text(String)
        case number(UInt64)
    }

    /// No manifest is longer.
    static let byteCountMax = 8192
    private static let digestKey = "manifestSHA256"

    private var entries: [(key: String, value: Value)] = []

    init() {}

    static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }

    /// Adds an entry whose text needs no escape in JSON.
    mutating func append(_ key: String, _ value: Value) { entries.append((key, value)) }

    /// The file.
    var bytes: [UInt8] {
        let body = "{\n" + entries.map { Self.line($0.key, $0.value) + ",\n" }.joined()
        let digest = Digest(of: Array(body.utf8).rawSpan)
        return Array((body + Self.line(Self.digestKey, .text("\(digest)")) + "\n}\n").utf8)
    }

    private static func line(_ key: String, _ value: Value) -> String {
        switch value {
        case .text(let text): "  \"\(key)\": \"\(text)\""
        case .number(let number): "  \"\(key)\": \(number)"
        }
    }

    /// - Throws: ``Malformed`` if this program would have written it differently.
    init(decoding bytes: [UInt8]) throws(Malformed) {
        guard bytes.count <= Self.byteCountMax else { throw Malformed("a manifest", offset: 0) }
        let lines = try bytes.rawSpan.text().split(separator: "\n")
        for line in lines.dropFirst().dropLast(2) {
            guard let (key, value) = Self.entry(line) else {
                throw Malformed("an entry of a manifest", offset: 0)
            }
            append(key, value)
        }
        guard self.bytes == bytes else {
            throw Malformed("the digest that the manifest names", offset: 0)
        }
    }

    private static func entry(_ line: Substring) -> (String, Value)? {
        guard line.hasPrefix("  \""), line.hasSuffix(",") else { return nil }
        let parts = line.dropFirst(3).dropLast().split(separator: "\": ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        if let number = UInt64(parts[1]) { return (String(parts[0]), .number(number)) }
        guard parts[1].count >= 2, parts[1].hasPrefix("\""), parts[1].hasSuffix("\"") else {
            return nil
        }
        return (String(parts[0]), .text(String(parts[1].dropFirst().dropLast())))
    }

    func number(_ key: String) throws(Malformed) -> UInt64 {
        guard case .number(let number)? = value(key) else {
            throw Malformed("a number of the manifest", offset: 0)
        }
        return number
    }

    func text(_ key: String) throws(Malformed) -> String {
        guard case .text(let text)? = value(key) else {
            throw Malformed("a text of the manifest", offset: 0)
        }
        return text
    }

    private func value(_ key: String) -> Value? { entries.first { $0.key == key }?.value }
}
