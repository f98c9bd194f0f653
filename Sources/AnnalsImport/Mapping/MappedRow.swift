internal import Annals
internal import AnnalsSchema

/// The request of a row, before references are looked up.
struct MappedRow: Sendable {
    struct Field: Sendable {
        /// Which of the mapping's fields.
        let number: Int
        let outcome: Outcome
    }

    let time: Timestamp?
    let operation: ImportMapping.Operation
    let key: Value
    /// Who acted; `.importer` if no one is named.
    let actor: Outcome
    /// Those that the row sets.
    let fields: [Field]
    /// For references that have to be created.
    let cells: [Cell]
}

/// A row as read from the file.
struct FedRow: Sendable {
    /// Its number in the order of the import; 1 for the first.
    let ordinal: Int
    let location: RowLocation
    let content: Result<MappedRow, RecordError>
    /// Identifies the row, and all rows up to it.
    let digest: RowDigest
    let through: RowDigest
}

extension ImportMapping {
    func row(_ cells: [Cell]) throws(RecordError) -> MappedRow {
        let operation = try operation(cells)
        guard case .value(let key) = key.value.value(cells) else {
            throw RecordError(
                .missingArgument,
                "\(name: self.key.field) not specified",
                fields: [self.key.field]
            )
        }
        let time = try time(cells)
        var actor = actor?.outcome(cells, references) ?? .importer
        if actor == .null || actor == .absent { actor = .importer }
        var found: [MappedRow.Field] = []
        if operation != .delete, operation != .undelete {
            found.reserveCapacity(fields.count)
            for (number, field) in fields.enumerated() {
                let outcome = field.expression.outcome(cells, references)
                if outcome != .absent {
                    found.append(MappedRow.Field(number: number, outcome: outcome))
                }
            }
        }
        return MappedRow(
            time: time,
            operation: operation,
            key: key,
            actor: actor,
            fields: found,
            cells: cells
        )
    }

    private func operation(_ cells: [Cell]) throws(RecordError) -> Operation {
        guard let operation else { return .upsert }
        let text = operation.value(cells).text ?? ""
        guard let known = Operation(rawValue: text) else {
            let names = Operation.allCases.map(\.rawValue).joined(separator: ", ")
            throw RecordError(
                .unknownOperation,
                "the operation \"\(value: text)\" is none of \(name: names)"
            )
        }
        return known
    }

    /// The time of a row; `nil` if the mapping supplies no times.
    func time(_ cells: [Cell]) throws(RecordError) -> Timestamp? {
        guard let time else { return nil }
        guard let text = time.value.value(cells).text else {
            throw RecordError(.malformedTime, "the row has no time")
        }
        guard let found = time.format.time(text) else {
            throw RecordError(
                .malformedTime,
                "the time \"\(value: text)\" is not written as \(name: time.format.rawValue)"
            )
        }
        return found
    }
}
