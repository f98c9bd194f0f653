internal import AnnalsSchema

/// What a row has in a column that the mapping names.
enum Cell: Sendable, Hashable {
    /// The row does not have the column: a key that an object of JSON Lines leaves out.
    case absent
    /// No value, with the text that says so in the file.
    case null(token: String)
    case value(Value)

    /// The cell as it stands in the file.
    var text: String {
        switch self {
        case .absent: ""
        case .null(let token): token
        case .value(let value): value.description
        }
    }
}
