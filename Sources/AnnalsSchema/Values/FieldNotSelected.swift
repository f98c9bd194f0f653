/// A field was read of a row or a record that does not have it: its name is misspelled, or it was
/// not selected.
public struct FieldNotSelected: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name that was asked for.
    public let name: String
    /// The fields that are available.
    public let selected: [String]

    package init(_ name: String, selected: [String]) {
        self.name = name
        self.selected = selected
    }

    public var description: String {
        "\(name) was not selected; what was: \(selected.joined(separator: ", "))"
    }
}
