internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

// delete, undelete, emptyRecycleBin and the purge: how records leave and come back
// (Specification: recycle-bin 1, 2, 4).

extension GroupWriter {
    mutating func delete(
        _ references: [RecordReference],
        _ context: CallContext
    ) throws(StoreError) -> [RecordResult] {
        // Children are found through the indexes.
        try storing { () throws(StorageError) in try projection.flush() }
        return try call(context, count: references.count) {
            (writer, index, builder) throws(StoreError) in
            try storing { () throws(StorageError) in
                try writer.delete(references[index], context, &builder)
            }
        }
    }

    private mutating func delete(
        _ reference: RecordReference,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        let target = try target(
            reference.id,
            of: nil,
            expectedPosition: reference.expectedPosition,
            apiVersion: context.apiVersion
        )
        switch target {
        case .failure(let refused): return .failure(refused.error, id: refused.id)
        case .success(let target):
            let family: [RecordKey]
            switch try familyOf(target.key) {
            case .failure(let error): return .failure(error, id: target.id)
            case .success(let found): family = found
            }
            return .success(target.id, at: try moveToBin(family, &builder))
        }
    }

    /// - Returns: The position of the first record's deletion, to which the others refer.
    mutating func moveToBin(
        _ family: [RecordKey],
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> Position {
        var root = Position.beforeFirst
        for key in family {
            let position = try moveToBin(key, root: root, &builder)
            if root == .beforeFirst { root = position }
        }
        return root
    }

    /// The record and everything that must be deleted with it, parents before children; or why it
    /// must stay.
    mutating func familyOf(
        _ key: RecordKey
    ) throws(StorageError) -> Result<[RecordKey], RecordError> {
        var family = [key]
        var known: Set<RecordKey> = [key]
        var restricting: [RecordKey] = []
        var next = 0
        while next < family.count {
            let parent = family[next]
            next += 1
            guard let object = schema.object(code: parent.object) else { continue }
            guard object.has(.delete) else {
                if parent != key { return .failure(.heldBack(by: schema.id(of: parent))) }
                return .failure(
                    RecordError(
                        .invalidTypeForOperation,
                        "entity type \(name: object.name) does not support delete"
                    )
                )
            }
            // A queue that owns records stays: they would have no owner.
            let isGroup = object.code == ObjectType.Definition.group.code
            for child in schema.objects {
                for field in child.fields
                where (field.onTargetDeletion != .keep || isGroup && field.isOwner)
                    && field.referenceTo.contains(object.name)
                {
                    for referrer in try projection.referrers(to: parent, in: field, of: child) {
                        guard try isLive(referrer) else { continue }
                        if field.onTargetDeletion == .restrict || isGroup && field.isOwner {
                            restricting.append(referrer)
                        } else if known.insert(referrer).inserted {
                            family.append(referrer)
                        }
                    }
                }
            }
        }
        // What is deleted with the family does not prevent its deletion.
        if let blocking = restricting.first(where: { !known.contains($0) }) {
            return .failure(.heldBack(by: schema.id(of: blocking)))
        }
        return .success(family)
    }

    private func isLive(_ key: RecordKey) throws(StorageError) -> Bool {
        try projection.withRow(of: key) { row throws(Malformed) in try row?.state() == .live }
    }

    private mutating func moveToBin(
        _ key: RecordKey,
        root: Position,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> Position {
        let stamps = try stamps(of: key)
        return try addEvent(.deleted, of: key, previous: stamps.lastPosition, to: &builder) {
            EventPayload.appendDeletion(stamps, root: root, to: &$0)
        }
    }

    mutating func stamps(of key: RecordKey) throws(StorageError) -> RecordStamps {
        try projection.withRow(of: key) { row throws(Malformed) in
            guard let row else { throw Malformed("a row", offset: 0) }
            return try row.stamps()
        }
    }

    mutating func undelete(
        _ references: [RecordReference],
        _ context: CallContext
    ) throws(StoreError) -> [RecordResult] {
        try eachBinned(references, context) {
            (writer, reference, builder) throws(StorageError) in
            try writer.undelete(reference, context, &builder)
        }
    }

    private mutating func undelete(
        _ reference: RecordReference,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        let notInBin = RecordError(.undeleteFailed, "Entity is not in the recycle bin")
        switch try binned(reference, context) {
        case .failure(let refused):
            let hasNoEntry = refused.error.statusCode == .invalidIDField
            return .failure(hasNoEntry ? notInBin : refused.error, id: refused.id)
        case .success(let entry):
            let family = try [entry.key] + cascaded(with: entry.stamps.deletion)
            for key in family {
                if let error = try uniquenessError(onReturnOf: key) {
                    return .failure(error, id: entry.id)
                }
            }
            var position: Position?
            for key in family {
                let stamps = try stamps(of: key)
                let restored = try addEvent(
                    .undeleted,
                    of: key,
                    previous: stamps.lastPosition,
                    to: &builder
                ) { EventPayload.appendRestoration(stamps, to: &$0) }
                position = position ?? restored
            }
            return .success(entry.id, at: position)
        }
    }

    /// A live record may have taken a unique value in the meantime.
    private mutating func uniquenessError(
        onReturnOf key: RecordKey
    ) throws(StorageError) -> RecordError? {
        guard let object = schema.object(code: key.object) else { return nil }
        for field in object.indexedFields where field.has(.unique) {
            let value = try projection.withRow(of: key) { row throws(Malformed) -> [UInt8] in
                guard let row else { return [] }
                return [UInt8](copying: try row.slot(field.id))
            }
            if let error = try uniquenessError(field, value, of: object, except: key) {
                return error
            }
        }
        return nil
    }

    /// The records that went to the bin with this deletion and are still there.
    mutating func cascaded(
        with position: Position
    ) throws(StorageError) -> [RecordKey] {
        var found: [RecordKey] = []
        for key in try projection.cascaded(with: position)
        where try stamps(of: key).state == .inBin {
            found.append(key)
        }
        return found
    }

    /// The id that a caller passed, if it is valid.
    func recordID(_ given: Value) -> Result<RecordID, RecordError> {
        switch given {
        case .id(let id): return .success(id)
        case .text(let text):
            if let id = RecordID(text.trimmingWhiteSpace()) { return .success(id) }
        default: break
        }
        return .failure(RecordError(.malformedID, "malformed id \(value: given)"))
    }

    private struct BinEntry {
        let key: RecordKey
        let id: RecordID
        let stamps: RecordStamps
    }

    /// The entry of the recycle bin that an id names: records deleted along with another have none.
    private mutating func binned(
        _ reference: RecordReference,
        _ context: CallContext
    ) throws(StorageError) -> Result<BinEntry, TargetError> {
        let noEntry = RecordError(
            .invalidIDField,
            "invalid record id; no recycle bin entry found"
        )
        let parsed: RecordID
        switch recordID(reference.id) {
        case .failure(let error): return .failure(TargetError(error: error, id: nil))
        case .success(let id): parsed = id
        }
        guard let key = schema.key(of: parsed, knownAt: context.apiVersion),
            try projection.load(key) != nil
        else {
            return .failure(TargetError(error: noEntry, id: nil))
        }
        let stamps = try stamps(of: key)
        guard stamps.state == .inBin, !stamps.isCascaded else {
            return .failure(TargetError(error: noEntry, id: parsed))
        }
        let last = stamps.lastPosition
        if let expected = reference.expectedPosition, expected != last {
            return .failure(TargetError(error: .unexpected(last, not: expected), id: parsed))
        }
        return .success(BinEntry(key: key, id: parsed, stamps: stamps))
    }

    mutating func emptyRecycleBin(
        _ references: [RecordReference],
        _ context: CallContext
    ) throws(StoreError) -> [RecordResult] {
        try eachBinned(references, context) {
            (writer, reference, builder) throws(StorageError) in
            try writer.empty(reference, context, &builder)
        }
    }

    /// Makes a call of records in the recycle bin, one after the other.
    private mutating func eachBinned(
        _ references: [RecordReference],
        _ context: CallContext,
        _ body: (inout GroupWriter, RecordReference, inout TransactionBuilder)
            throws(StorageError) -> RecordResult
    ) throws(StoreError) -> [RecordResult] {
        // What was deleted with a record, and who has its unique values now, is found through the
        // tables.
        try storing { () throws(StorageError) in try projection.flush() }
        return try call(context, count: references.count) {
            (writer, index, builder) throws(StoreError) in
            try storing { () throws(StorageError) in
                try body(&writer, references[index], &builder)
            }
        }
    }

    private mutating func empty(
        _ reference: RecordReference,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        switch try binned(reference, context) {
        case .failure(let refused): return .failure(refused.error, id: refused.id)
        case .success(let entry):
            var position: Position?
            for key in try [entry.key] + cascaded(with: entry.stamps.deletion) {
                let emptied = try empty(key, &builder)
                position = position ?? emptied
            }
            return .success(entry.id, at: position)
        }
    }

    mutating func empty(
        _ key: RecordKey,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> Position {
        let last = try stamps(of: key).lastPosition
        return try addEvent(.emptied, of: key, previous: last, to: &builder) { _ in }
    }

    /// Purges records that were deleted at or before `time`, at most `limit` of them.
    ///
    /// - Returns: How many were purged.
    mutating func purge(
        deletedThrough time: Timestamp,
        limit: Int,
        _ context: CallContext
    ) throws(StoreError) -> Int {
        try storing { () throws(StorageError) in try projection.flush() }
        try storing { () throws(StorageError) in try forgetCursors(expiredAt: clock()) }
        var builder = try begin(context, eventCountHint: limit)
        do throws(StorageError) {
            for object in schema.objects {
                let expired = try projection.deletions(
                    of: object,
                    through: time.seconds,
                    limit: limit - builder.eventCount
                )
                // The table has whole seconds: some in the last second were deleted later.
                for key in expired where try isDeleted(key, through: time) {
                    try purge(key, &builder)
                }
            }
            let count = builder.eventCount
            if count > 0 { try finish(builder, context, results: []) }
            return count
        } catch {
            rollBack()
            throw .storage(error)
        }
    }

    private func isDeleted(
        _ key: RecordKey,
        through time: Timestamp
    ) throws(StorageError) -> Bool {
        try projection.withRow(of: key) { row throws(Malformed) in
            guard let row else { return true }
            return try row.systemModstamp() <= time
        }
    }

    private mutating func purge(
        _ key: RecordKey,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) {
        let previous = try stamps(of: key).lastPosition
        var values = ByteWriter()
        try projection.withRow(of: key) { row throws(Malformed) in
            if let row { try EventPayload.appendPurge(of: row, to: &values) }
        }
        _ = try addEvent(.purged, of: key, previous: previous, to: &builder) {
            $0.append(values.bytes)
        }
    }
}

extension RecordError {
    /// Why a record stays: one that refers to it restricts, or cannot be deleted itself.
    fileprivate static func heldBack(by id: RecordID?) -> RecordError {
        RecordError(.deleteFailed, "the record is referred to by another: \(id)")
    }
}
