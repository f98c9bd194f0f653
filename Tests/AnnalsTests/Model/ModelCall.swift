import Annals

/// A call that is made to the store and to the model.
struct ModelCall {
    enum Operation {
        case create([SObject])
        case update([SObject])
        case upsert([SObject], by: String)
        case delete([RecordReference])
        case undelete([RecordReference])
        case emptyRecycleBin([RecordReference])
        case erase([RecordReference])
        case purge
        case retrieve(String, [String], [RecordReference])
        case getUpdated(String, Timestamp, Timestamp)
        case getDeleted(String, Timestamp, Timestamp)
    }

    var operation: Operation
    var user: RecordID
    var apiVersion = 67
    var options = CallOptions()

    /// The answer of the store.
    func answer(of store: RecordStore) async throws(StoreError) -> StoreAnswer {
        let session = try store.session(as: user, origin: "model", apiVersion: apiVersion)
        switch operation {
        case .create(let records):
            return .results(try await session.create(records, options: options))
        case .update(let records):
            return .results(try await session.update(records, options: options))
        case .upsert(let records, let key):
            return .results(try await session.upsert(records, by: key, options: options))
        case .delete(let records):
            return .results(try await session.delete(records, options: options))
        case .undelete(let records):
            return .results(try await session.undelete(records, options: options))
        case .emptyRecycleBin(let records):
            return .results(try await session.emptyRecycleBin(records, options: options))
        case .erase(let records):
            let reason = "request 4711"
            return .results(try await session.erase(records, reason: reason, options: options))
        case .purge: return .count(try await store.purgeExpired())
        case .retrieve(let object, let fields, let ids):
            return .records(try await session.retrieve(fields, from: object, ids: ids))
        case .getUpdated(let object, let start, let end):
            return .updated(try await session.getUpdated(object, from: start, to: end))
        case .getDeleted(let object, let start, let end):
            return .deleted(try await session.getDeleted(object, from: start, to: end))
        }
    }
}

enum StoreAnswer {
    case results([RecordResult])
    case count(Int)
    case records([Record?])
    case updated(GetUpdatedResult)
    case deleted(GetDeletedResult)
}

extension ModelCall {
    var name: String {
        switch operation {
        case .create: "create"
        case .update: "update"
        case .upsert: "upsert"
        case .delete: "delete"
        case .undelete: "undelete"
        case .emptyRecycleBin: "emptyRecycleBin"
        case .erase: "erase"
        case .purge: "purge"
        case .retrieve: "retrieve"
        case .getUpdated: "getUpdated"
        case .getDeleted: "getDeleted"
        }
    }
}

extension ModelCall: CustomStringConvertible {
    var description: String {
        let what =
            switch operation {
            case .create(let records): "create \(Self.list(records))"
            case .update(let records): "update \(Self.list(records))"
            case .upsert(let records, let key): "upsert by \(key) \(Self.list(records))"
            case .delete(let records): "delete \(Self.list(records))"
            case .undelete(let records): "undelete \(Self.list(records))"
            case .emptyRecycleBin(let records): "emptyRecycleBin \(Self.list(records))"
            case .erase(let records): "erase \(Self.list(records))"
            case .purge: "purgeExpired"
            case .retrieve(let object, let fields, let ids):
                "retrieve \(fields) from \(object) \(Self.list(ids))"
            case .getUpdated(let object, let start, let end):
                "getUpdated \(object) \(start.precise) to \(end.precise)"
            case .getDeleted(let object, let start, let end):
                "getDeleted \(object) \(start.precise) to \(end.precise)"
            }
        var settings = "as \(user)"
        if apiVersion != 67 { settings += " version \(apiVersion)" }
        if options.allOrNone { settings += " allOrNone" }
        if options.allowFieldTruncation { settings += " truncating" }
        if options.skipUnchanged { settings += " skipUnchanged" }
        if let key = options.idempotencyKey { settings += " key \(key)" }
        return "\(what) \(settings)"
    }

    private static func list(_ records: [SObject]) -> String {
        let lines = records.prefix(20).map { record in
            let fields = record.fields.map { "\($0.name)=\(String(reflecting: $0.value))" }
            let nulls = record.fieldsToNull.map { "\($0)=null" }
            let id = record.id.map(\.description) ?? "-"
            let expected = record.expectedPosition.map { " expecting \($0)" } ?? ""
            return "\n  \(record.type) \(id)\(expected) \((fields + nulls).joined(separator: " "))"
        }
        return lines.joined().replacing(String(repeating: "x", count: 40), with: "x…")
    }

    private static func list(_ references: [RecordReference]) -> String {
        references.prefix(20).map {
            "\($0.id)" + ($0.expectedPosition.map { " expecting \($0)" } ?? "")
        }.joined(separator: " ")
    }
}
