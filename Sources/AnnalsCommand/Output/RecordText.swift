import Annals
import AnnalsJSON

extension JSONValue {
    /// A record in the REST API's format.
    init(_ record: Record, apiVersion: Int) {
        self = .object(
            [JSONValue.attributes(of: record.id, record.type, apiVersion: apiVersion)]
                + record.fields.map { ($0.name, JSONValue($0.value)) }
        )
    }
}

extension Output {
    /// Writes a record: a line of JSON, or a line for each field that is not null.
    func record(_ record: Record, apiVersion: Int = Session.latestAPIVersion) throws {
        if writesJSON { return try line(JSONValue(record, apiVersion: apiVersion)) }
        try line("\(record.type) \(record.id)")
        let fields = record.fields.filter { $0.value != .null }
        let width = fields.map(\.name.count).max() ?? 0
        for field in fields {
            let value = field.value.description.safeForTerminal
            try line("  \(Colour.faint(field.name.padded(to: width)))  \(value)")
        }
    }
}
