internal import AnnalsJSON
internal import AnnalsSchema

/// The names found in rows of JSON, compared with the columns of a mapping.
///
/// A row may lack a column, so only the whole file shows that one is misspelled.
struct MemberNames {
    /// Names that are kept; a file may have a name for each row.
    private static let othersMax = 1000

    private let columns: [String]
    private var unseen: Set<Int>
    private var others: Set<TextKey> = []

    init(_ columns: [String]) {
        self.columns = columns
        unseen = Set(columns.indices)
    }

    /// Rows are examined until all columns were seen.
    mutating func look(at row: [UInt8]) {
        guard !unseen.isEmpty, case .members(let members)? = try? AnnalsJSON.JSONValue(row) else {
            return
        }
        for member in members {
            if let column = columns.firstIndex(where: { $0.isSameText(as: member.name) }) {
                unseen.remove(column)
            } else if others.count < Self.othersMax {
                others.insert(TextKey(member.name))
            }
        }
    }

    /// Columns that no row has.
    var missing: [String] { unseen.sorted().map { columns[$0] } }

    /// A column that no row has, and the name that rows have in its place.
    var misspelt: (column: String, name: String)? {
        for column in missing {
            if let name = others.map(\.text).sorted().nearest(to: column) { return (column, name) }
        }
        return nil
    }
}
