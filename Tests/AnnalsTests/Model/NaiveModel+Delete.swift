import Annals

/// How records are deleted and come back (Specification: calls 3; recycle-bin 1, 2).
extension NaiveModel {
    mutating func delete(
        _ references: [RecordReference],
        _ options: CallOptions
    ) throws(Refusal) -> [Answer] {
        if references.count > 200 { throw Refusal(code: "EXCEEDED_ID_LIMIT") }
        return try call(references.count, options) { $0.delete(references[$1]) }
    }

    mutating func delete(_ reference: RecordReference) -> Answer {
        let target: Record
        do throws(NaiveError) {
            target = try changeable(reference.id, of: nil, reference.expectedPosition)
        } catch {
            var answer = Answer.refused([error], parsed(reference.id))
            // The id of a record that exists or existed is echoed (Specification: calls 3.1).
            answer.tellsID =
                answer.id.map { knows($0) && (record($0) != nil || purged[$0] != nil) } ?? false
            return answer
        }
        guard NaiveObject.named(target.object)?.isDeletable == true else {
            return .refused([NaiveError("INVALID_TYPE_FOR_OPERATION")], target.id)
        }
        guard let family = family(of: target) else {
            return .refused([NaiveError("DELETE_FAILED")], target.id)
        }
        deletions += 1
        let deletion = deletions
        var position: UInt64?
        for id in family {
            let event = note(.deleted, id) {
                $0.state = .inBin
                $0.deletion = deletion
                $0.isCascaded = id != target.id
            }
            position = position ?? event
        }
        return Answer(id: target.id, position: position)
    }

    /// What is deleted with a record, parents first; `nil` if something prevents it.
    func family(of root: Record) -> [RecordID]? {
        var family = [root.id]
        var holders: Set<RecordID> = []
        var next = 0
        while next < family.count {
            for object in NaiveObject.all {
                // A queue that owns records cannot be deleted.
                for field in object.fields
                where field.onTargetDeletion != .keep || field.isOwner && root.object == "Group" {
                    for child in live(object.name).sorted(by: { $0.id < $1.id })
                    where child[field.name] == .id(family[next]) {
                        if field.onTargetDeletion == .restrict || field.isOwner {
                            holders.insert(child.id)
                        } else if !family.contains(child.id) {
                            family.append(child.id)
                        }
                    }
                }
            }
            next += 1
        }
        return holders.isSubset(of: family) ? family : nil
    }

    mutating func undelete(
        _ references: [RecordReference],
        _ options: CallOptions
    ) throws(Refusal) -> [Answer] {
        if references.count > 200 { throw Refusal(code: "EXCEEDED_ID_LIMIT") }
        return try call(references.count, options) { $0.undelete(references[$1]) }
    }

    private mutating func undelete(_ reference: RecordReference) -> Answer {
        guard let id = parsed(reference.id) else {
            return .refused([NaiveError("MALFORMED_ID")])
        }
        guard let entry = entry(id) else {
            return .refused(
                [NaiveError("UNDELETE_FAILED", "Entity is not in the recycle bin")],
                id
            )
        }
        if let error = unexpected(reference, entry) { return .refused([error], id) }
        let family = binned(with: entry)
        for id in family {
            guard let record = record(id), let object = NaiveObject.named(record.object) else {
                continue
            }
            if let error = duplicates(record.values, object, except: id).first {
                return .refused([error], entry.id)
            }
        }
        var position: UInt64?
        for id in family {
            let event = note(.undeleted, id) {
                $0.state = .live
                $0.deletion = 0
                $0.isCascaded = false
            }
            position = position ?? event
        }
        return Answer(id: entry.id, position: position)
    }

    private func unexpected(_ reference: RecordReference, _ entry: Record) -> NaiveError? {
        guard let expected = reference.expectedPosition, expected.ordinal != entry.lastPosition
        else { return nil }
        return NaiveError("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE")
    }

    /// The record of an entry in the bin; what was deleted with another record has no entry.
    private func entry(_ id: RecordID) -> Record? {
        guard knows(id) else { return nil }
        return record(id).flatMap { $0.state == .inBin && !$0.isCascaded ? $0 : nil }
    }

    /// The record and everything that was deleted with it.
    func binned(with entry: Record) -> [RecordID] {
        var others: [RecordID] = []
        for object in NaiveObject.all {
            others += (records[object.name] ?? [:]).values.filter {
                $0.state == .inBin && $0.deletion == entry.deletion && $0.id != entry.id
            }.map(\.id).sorted()
        }
        return [entry.id] + others
    }

    mutating func emptyRecycleBin(
        _ references: [RecordReference],
        _ options: CallOptions
    ) throws(Refusal) -> [Answer] {
        if references.count > 200 { throw Refusal(code: "EXCEEDED_ID_LIMIT") }
        return try call(references.count, options) { $0.empty(references[$1]) }
    }

    private mutating func empty(_ reference: RecordReference) -> Answer {
        guard let id = parsed(reference.id) else {
            return .refused([NaiveError("MALFORMED_ID")])
        }
        guard let entry = entry(id) else {
            return .refused(
                [
                    NaiveError(
                        "INVALID_ID_FIELD",
                        "invalid record id; no recycle bin entry found"
                    )
                ],
                id
            )
        }
        if let error = unexpected(reference, entry) { return .refused([error], id) }
        var position: UInt64?
        for id in binned(with: entry) {
            let event = note(.emptied, id) { $0.state = .emptied }
            position = position ?? event
        }
        return Answer(id: entry.id, position: position)
    }

    /// Purges what was deleted 15 days ago or earlier.
    mutating func purgeExpired(at now: Timestamp) -> Int {
        let limit = now.advanced(byMilliseconds: -15 * 86_400_000)
        var count = 0
        for object in NaiveObject.all {
            for record in (records[object.name] ?? [:]).values
            where record.state != .live && record.deleted ?? record.systemModstamp <= limit {
                count += 1
                position += 1
                records[object.name]?[record.id] = nil
                purged[record.id] = record.events + [.purged]
                newestPurged[object.name] = max(
                    newestPurged[object.name] ?? record.systemModstamp,
                    record.systemModstamp
                )
            }
        }
        if count > 0 { lastCommit = time }
        return count
    }
}
