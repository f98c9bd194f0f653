internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsProjections
public import AnnalsProof
internal import AnnalsSchema

extension ProvenTransaction {
    /// The events, in names and values as far as the proof shows them.
    ///
    /// Objects and fields are named by definitions that the proof has proven as well; without one a
    /// custom object is identified by its number. Changes are included if the proof shows values.
    public func events() throws(ProofError) -> [HistoryEvent] {
        let schema = schema
        var events: [HistoryEvent] = []
        for index in part.events.indices { events.append(try event(index, schema)) }
        return events
    }

    /// Standard objects as this version knows them, for ids; proven definitions take precedence.
    private var schema: Schema {
        var definitions: [UInt16: ObjectType] = [:]
        for definition in ObjectType.Definition.standard {
            definitions[definition.code] = ObjectType(definition)
        }
        for (code, payload) in self.definitions {
            if let type = ObjectType(definedBy: payload.rawSpan), type.code == code {
                definitions[code] = type
            }
        }
        return Schema(definitions.values.sorted { $0.code < $1.code })
    }

    private func event(
        _ index: Int,
        _ schema: Schema
    ) throws(ProofError) -> HistoryEvent {
        let header = part.events[index]
        let object = schema.object(code: header.key.object)
        var changes: [HistoryEvent.Change] = []
        var reason: String?
        if let values = values(ofEvent: index) {
            do throws(Malformed) {
                if header.kind == .erased { reason = try values.rawSpan.text() }
                var fields = try FieldChanges(of: header.kind, payload: values.rawSpan)
                while let change = try fields.next() {
                    changes.append(try Self.change(change, of: object, schema))
                }
            } catch {
                throw .wrongTransaction("its values are not \(error.finding)")
            }
        }
        return HistoryEvent(
            position: position(ofEvent: index),
            transaction: number,
            time: time,
            epoch: part.epoch,
            digest: digest,
            kind: header.kind,
            object: object?.name ?? "object \(header.key.object)",
            record: header.key.serial == 0 ? nil : schema.id(of: header.key),
            previous: header.previous == .beforeFirst ? nil : header.previous,
            actor: schema.id(of: part.actor),
            origin: origin,
            idempotencyKey: idempotencyKey,
            changes: changes,
            isErased: false,
            reason: reason
        )
    }

    private static func change(
        _ change: FieldChange,
        of object: ObjectType?,
        _ schema: Schema
    ) throws(Malformed) -> HistoryEvent.Change {
        HistoryEvent.Change(
            field: object?.field(change.field)?.name ?? "field \(change.field.rawValue)",
            before: try value(change.before, change.field, object, schema),
            after: try value(change.after, change.field, object, schema)
        )
    }

    /// The value of a field; bytes whose meaning the proof does not define are shown as such.
    private static func value(
        _ bytes: RawSpan,
        _ id: FieldID,
        _ object: ObjectType?,
        _ schema: Schema
    ) throws(Malformed) -> Value {
        guard bytes.byteCount > 0 else { return .null }
        guard let field = object?.field(id) else { return .text("\(bytes.byteCount) bytes") }
        if field.kind == .reference || field.kind == .id {
            let key = RecordKey(packed: try bytes.uint64(at: 0))
            guard let id = schema.id(of: key) else {
                return .text("record \(key.serial) of object \(key.object)")
            }
            return .id(id)
        }
        return try field.value(in: bytes, schema: schema)
    }
}
