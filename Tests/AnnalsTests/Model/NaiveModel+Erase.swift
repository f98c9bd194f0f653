import Annals

/// How values are removed for good (Erasing.md): what remains is that there was a record.
extension NaiveModel {
    mutating func erase(
        _ references: [RecordReference],
        _ options: CallOptions
    ) throws(Refusal) -> [Answer] {
        if references.count > 200 { throw Refusal(code: "EXCEEDED_ID_LIMIT") }
        return try call(references.count, options) { $0.erase(references[$1]) }
    }

    private mutating func erase(_ reference: RecordReference) -> Answer {
        guard let id = parsed(reference.id) else { return .refused([NaiveError("MALFORMED_ID")]) }
        if let kinds = purged[id] {
            if kinds.last(where: { $0 != .purged }) == .erased { return Answer(id: id) }
            position += 1
            purged[id] = kinds + [.erased]
            return Answer(id: id, position: position)
        }
        guard let record = record(id) else {
            return .refused([NaiveError("INVALID_CROSS_REFERENCE_KEY")])
        }
        var family: [RecordID] = []
        switch record.state {
        case .live where record.object == "User":
            // A user remains; the store's first user gets its original values.
            if record.events.last == .erased { return Answer(id: id) }
            let (time, actor) = (time, actor)
            let erased = note(.erased, id) { record in
                record.values = ["IsActive": false]
                record.lastModified = time.wholeSecond
                record.lastModifiedBy = actor
            }
            if id == administrator {
                note(.updated, id) {
                    $0.values = [
                        "Username": "administrator@annals.invalid", "LastName": "Administrator",
                        "Name": "Administrator", "IsActive": true,
                    ]
                }
            } else if !live("User").contains(where: { $0["IsActive"] == true }) {
                // At least one user must be active.
                note(.updated, administrator) { record in
                    record.values["IsActive"] = true
                    record.lastModified = time.wholeSecond
                    record.lastModifiedBy = actor
                }
            }
            return Answer(id: id, position: erased)
        case .live:
            family = self.family(of: record) ?? []
            let answer = ungated { $0.delete(reference) }
            guard answer.isSuccess else { return answer }
        case .inBin: family = record.isCascaded ? [id] : binned(with: record)
        case .emptied: if record.events.last == .erased { return Answer(id: id) }
        }
        for member in family { note(.emptied, member) { $0.state = .emptied } }
        return Answer(
            id: id,
            position: note(.erased, id) { record in
                // A checkbox has no null.
                record.values = record.values.compactMapValues {
                    if case .boolean = $0 { .boolean(false) } else { nil }
                }
            }
        )
    }
}
