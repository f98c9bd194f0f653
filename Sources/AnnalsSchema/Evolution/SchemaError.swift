/// Why a schema file or a change of the schema was rejected; nothing was changed.
public struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it was found, such as `objects[0].fields[2].length`.
    public let place: String
    /// What is wrong there.
    public let reason: String

    package init(_ place: String, _ reason: String) {
        self.place = place
        self.reason = reason
    }

    public var description: String { "\(place): \(reason)" }
}
