import Annals

/// Events as CSV: a line for each change, and one for an event that has none.
///
/// Nothing between two commas is null; an empty text is two quotes. The column `type` says what a
/// value is.
enum EventCSV {
    static let head =
        "position,transaction,time,kind,record,previous,actor,origin,"
        + "idempotencyKey,field,type,before,after\r\n"

    static func lines(of event: HistoryEvent, _ object: ObjectType?) -> String {
        let start = [
            event.position.description,
            String(event.transaction),
            event.time.precise,
            "\(event.kind)",
            event.record?.description ?? "",
            event.previous?.description ?? "",
            event.actor?.description ?? "",
            event.origin.quotedForCSV,
            event.idempotencyKey?.quotedForCSV ?? "",
        ].joined(separator: ",")
        if event.changes.isEmpty { return start + ",,,,\r\n" }
        return event.changes.map { change in
            let type = object?[change.field]?.kind.rawValue ?? ""
            return
                "\(start),\(change.field),\(type),\(cell(change.before)),\(cell(change.after))\r\n"
        }.joined()
    }

    private static func cell(_ value: Value) -> String {
        switch value {
        case .null: ""
        case .text(""): "\"\""
        default: value.description.quotedForCSV
        }
    }
}
