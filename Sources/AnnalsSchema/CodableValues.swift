// Ids, times and numbers in files of other formats, such as JSON: as the API writes them. What does not
// read is not quoted in the error, since it may be anybody's.

/// What is coded as a text.
package protocol CodedAsText: Codable {
    /// What an error calls it, with its article.
    static var kindOfText: String { get }
    /// Reads what ``codedText`` wrote; `nil` for any other text.
    init?(_ text: String)
    var codedText: String { get }
}

extension CodedAsText {
    /// Reads a text; throws a `DecodingError` that does not quote it.
    public init(from decoder: any Decoder) throws {
        self = try decoder.reading(Self.kindOfText) { Self($0) }
    }

    /// Writes one text.
    public func encode(to encoder: any Encoder) throws { try encoder.write(codedText) }
}

extension RecordID: Codable, CodedAsText {
    package static var kindOfText: String { "an id" }
    package var codedText: String { description }
}

extension Timestamp: Codable, CodedAsText {
    package static var kindOfText: String { "a time" }
    package var codedText: String { precise }
}

extension CalendarDate: Codable, CodedAsText {
    package static var kindOfText: String { "a date" }
    package var codedText: String { description }
}

extension DecimalText: Codable, CodedAsText {
    package static var kindOfText: String { "a number" }
    package var codedText: String { text }
}

extension Decoder {
    fileprivate func reading<T>(_ kind: String, _ read: (String) -> T?) throws -> T {
        let container = try singleValueContainer()
        guard let value = read(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "the text is not \(kind)"
            )
        }
        return value
    }
}

extension Encoder {
    fileprivate func write(_ text: String) throws {
        var container = singleValueContainer()
        try container.encode(text)
    }
}
