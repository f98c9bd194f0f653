import Annals
import AnnalsJSON

/// Rows as JSON Lines, in the form of the REST API (Specification: soql 12.1).
struct JSONRows: RowWriter {
    let apiVersion: Int

    func write(_ rows: [QueryRow], to output: Output) throws {
        for row in rows { try output.line(JSONValue(row, apiVersion: apiVersion)) }
    }

    func end(_ rowCount: Int, to output: Output) throws {}
}

extension JSONValue {
    init(_ row: QueryRow, apiVersion: Int) {
        var members = [JSONValue.attributes(of: row.id, row.type, apiVersion: apiVersion)]
        for field in row.fields {
            let value: JSONValue =
                switch field.content {
                case .value(let value): JSONValue(value)
                case .row(let parent): JSONValue(parent, apiVersion: apiVersion)
                case .rows(let children): JSONValue(children, apiVersion: apiVersion)
                }
            members.append((field.key, value))
        }
        self = .object(members)
    }

    /// What a record is and where it is: the member that the REST API puts first.
    ///
    /// - Parameter id: `nil` if it is not a record.
    static func attributes(
        of id: RecordID?,
        _ type: String,
        apiVersion: Int
    ) -> (String, JSONValue) {
        var attributes: [(String, JSONValue)] = [("type", .text(type))]
        if let id {
            attributes.append(
                ("url", .text("/services/data/v\(apiVersion).0/sobjects/\(type)/\(id)"))
            )
        }
        return ("attributes", .object(attributes))
    }

    /// A complete result.
    init(_ result: QueryResult, apiVersion: Int) {
        self = .object([
            ("totalSize", .integer(result.totalSize)),
            ("done", .boolean(result.isDone)),
            ("records", .array(result.records.map { JSONValue($0, apiVersion: apiVersion) })),
        ])
    }
}
