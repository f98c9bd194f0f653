internal import AnnalsSchema

/// The value of a row in a column that the mapping names.
enum Cell: Sendable, Hashable {
    /// The row does not have the column: a key that an object of JSON Lines omits.
    case absent
    /// No value, with the text in the file that means this.
    case null(token: String)
    case value(Value)

    /// The cell as written in the file.
    var text: String {
        switch self {
        case .absent: ""
        case .null(let token): token
        case .value(let value): value.description
        }
    }
}
