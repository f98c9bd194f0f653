import Annals

/// How the rows of a query are written.
enum AnswerFormat: String, CaseIterable {
    /// For a person.
    case table
    /// JSON Lines, one record per line, as the REST API writes it.
    case json
    /// RFC 4180, with a line of names.
    case csv

    func writer(_ columns: ResultColumns, _ apiVersion: Int) -> any RowWriter {
        switch self {
        case .table: TableRows(columns)
        case .json: JSONRows(apiVersion: apiVersion)
        case .csv: CSVRows(columns, apiVersion: apiVersion)
        }
    }
}

/// Writes the rows of one query, batch after batch.
protocol RowWriter {
    mutating func write(_ rows: [QueryRow], to output: Output) throws

    /// What follows the last row.
    mutating func end(_ rowCount: Int, to output: Output) throws
}
