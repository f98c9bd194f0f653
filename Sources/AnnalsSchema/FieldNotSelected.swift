/// A field was read of a row or a record that does not have it: its name has a misprint, or it was
/// not asked for.
public struct FieldNotSelected: Error, Hashable, Sendable, CustomStringConvertible {
    public let name: String
    /// What there is.
    public let selected: [String]

    package init(_ name: String, selected: [String]) {
        self.name = name
        self.selected = selected
    }

    public var description: String {
        "\(name) was not selected; what was: \(selected.joined(separator: ", "))"
    }
}
