// Ids, times and numbers in files of other formats, such as JSON: as the API writes them. What does not
// read is not quoted in the error, since it may be anybody's.

extension RecordID: Codable {
    public init(from decoder: any Decoder) throws {
        self = try decoder.reading("an id") { RecordID($0) }
    }

    public func encode(to encoder: any Encoder) throws { try encoder.write(description) }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        self = try decoder.reading("a time") { Timestamp($0) }
    }

    public func encode(to encoder: any Encoder) throws { try encoder.write(precise) }
}

extension CalendarDate: Codable {
    public init(from decoder: any Decoder) throws {
        self = try decoder.reading("a date") { CalendarDate($0) }
    }

    public func encode(to encoder: any Encoder) throws { try encoder.write(description) }
}

extension DecimalText: Codable {
    public init(from decoder: any Decoder) throws {
        self = try decoder.reading("a number") { DecimalText($0) }
    }

    public func encode(to encoder: any Encoder) throws { try encoder.write(text) }
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
