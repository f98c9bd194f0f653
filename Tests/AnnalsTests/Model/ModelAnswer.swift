import Annals

/// What the model expects as the answer of a call.
enum ModelAnswer {
    case answers([NaiveModel.Answer])
    case count(Int)
    case records([NaiveModel.Record?])
    case updated([RecordID], Timestamp)
    case deleted([NaiveModel.Record], Timestamp, Timestamp)
}

extension NaiveModel {
    mutating func answer(
        to call: ModelCall,
        at now: Timestamp
    ) -> Result<ModelAnswer, NaiveModel.Refusal> {
        time = commitTime(now)
        actor = call.user
        apiVersion = call.apiVersion
        let options = call.options
        do throws(Refusal) {
            switch call.operation {
            case .create(let records): return .success(.answers(try create(records, options)))
            case .update(let records): return .success(.answers(try update(records, options)))
            case .upsert(let records, let key):
                return .success(.answers(try upsert(records, by: key, options)))
            case .delete(let records): return .success(.answers(try delete(records, options)))
            case .undelete(let records): return .success(.answers(try undelete(records, options)))
            case .emptyRecycleBin(let records):
                return .success(.answers(try emptyRecycleBin(records, options)))
            case .erase(let records): return .success(.answers(try erase(records, options)))
            case .purge: return .success(.count(purgeExpired(at: now)))
            case .retrieve(let object, let fields, let ids):
                return .success(.records(try retrieve(fields, from: object, ids)))
            case .getUpdated(let object, let start, let end):
                let (ids, covered) = try getUpdated(object, from: start, to: end, at: now)
                return .success(.updated(ids, covered))
            case .getDeleted(let object, let start, let end):
                let (records, earliest, covered) = try getDeleted(
                    object,
                    from: start,
                    to: end,
                    at: now
                )
                return .success(.deleted(records, earliest, covered))
            }
        } catch {
            return .failure(error)
        }
    }
}

/// - Throws: ``Mismatch`` if the store's answer is not what the model expects.
func compare(
    _ answer: Result<StoreAnswer, StoreError>,
    _ expected: Result<ModelAnswer, NaiveModel.Refusal>
) throws {
    switch (answer, expected) {
    case (.failure(.fault(let fault)), .failure(let refusal)):
        try same("the call", fault.exceptionCode.rawValue, refusal.code)
    case (.failure(let error), _):
        throw Mismatch(description: "the call failed: \(error), expected \(expected)")
    case (_, .failure(let refusal)):
        throw Mismatch(description: "the call succeeded, expected \(refusal.code)")
    case (.success(.results(let results)), .success(.answers(let answers))):
        try same("the number of results", results.count, answers.count)
        for (index, (result, answer)) in zip(results, answers).enumerated() {
            try compare(result, answer, "result \(index)")
        }
    case (.success(.count(let count)), .success(.count(let expected))):
        try same("the purged", count, expected)
    case (.success(.records(let records)), .success(.records(let expected))):
        try same("the number of records", records.count, expected.count)
        for (record, expected) in zip(records, expected) {
            try same("the retrieved id", record?.id, expected?.id)
            guard let record, let expected else { continue }
            for name in record.fieldNames {
                try same("\(name) of \(record.id)", record[name], expected.value(of: name))
            }
        }
    case (.success(.updated(let result)), .success(.updated(let ids, let covered))):
        try same("the updated ids", result.ids, ids)
        try same("latestDateCovered", result.latestDateCovered, covered)
    case (
        .success(.deleted(let result)),
        .success(.deleted(let records, let earliest, let covered))
    ):
        try same("the deleted ids", result.deletedRecords.map(\.id), records.map(\.id))
        try same(
            "the deleted dates",
            result.deletedRecords.map(\.deletedDate),
            records.map(\.systemModstamp)
        )
        try same("earliestDateAvailable", result.earliestDateAvailable, earliest)
        try same("latestDateCovered", result.latestDateCovered, covered)
    default: throw Mismatch(description: "the answer is of another kind")
    }
}

private func compare(
    _ result: RecordResult,
    _ answer: NaiveModel.Answer,
    _ place: String
) throws {
    guard result.errors.count == answer.errors.count,
        answer.errors.allSatisfy({ expected in result.errors.contains(where: expected.agrees) })
    else {
        throw Mismatch(
            description: "\(place): errors \(result.errors), expected \(answer.errors)"
        )
    }
    if answer.isSuccess || answer.tellsID {
        try same("\(place): id", result.id, answer.id ?? result.id)
    } else if let id = result.id, let expected = answer.id {
        try same("\(place): id", id, expected)
    }
    try same("\(place): created", result.isCreated, answer.isCreated)
    guard answer.isSuccess else { return }
    try same("\(place): position", result.position?.ordinal, answer.position)
}

func same<T: Equatable>(_ what: String, _ found: T, _ expected: T) throws {
    if found != expected {
        throw Mismatch(description: "\(what): \(found), expected \(expected)")
    }
}
