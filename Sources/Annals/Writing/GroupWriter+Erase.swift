internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

extension GroupWriter {
    mutating func erase(
        _ references: [RecordReference],
        reason: String,
        _ context: CallContext
    ) throws(StoreError) -> [RecordResult] {
        // Children, and what was deleted along with a record, are found through the tables.
        try storing { () throws(StorageError) in try projection.flush() }
        return try call(context, count: references.count) {
            (writer, index, builder) throws(StoreError) in
            try storing { () throws(StorageError) in
                try writer.erase(references[index], reason, context, &builder)
            }
        }
    }

    private mutating func erase(
        _ reference: RecordReference,
        _ reason: String,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) -> RecordResult {
        let id: RecordID
        switch recordID(reference.id) {
        case .failure(let error): return .failure(error)
        case .success(let parsed): id = parsed
        }
        guard let key = schema.key(of: id), try projection.load(key) != nil else {
            return .failure(.noSuchRecord)
        }
        let stamps = try stamps(of: key)
        let last = stamps.lastPosition
        if let expected = reference.expectedPosition, expected != last {
            return .failure(.unexpected(last, not: expected), id: id)
        }
        var family: [RecordKey] = []
        switch stamps.state {
        case .live where isKept(key):
            // A user acted, for good: the record stays, but identifies no one any more.
            if try isWithoutValues(key) { return .success(id, at: nil) }
        case .live:
            switch try familyOf(key) {
            case .failure(let error): return .failure(error, id: id)
            case .success(let found): family = found
            }
            _ = try moveToBin(family, &builder)
        case .inBin:
            family = [key]
            if !stamps.isCascaded { family += try cascaded(with: stamps.deletion) }
        case .emptied, .purged:
            if try isErasure(last, of: key) { return .success(id, at: nil) }
        }
        for key in family { _ = try empty(key, &builder) }
        let position = try addEvent(
            .erased,
            of: key,
            previous: try self.stamps(of: key).lastPosition,
            to: &builder
        ) { $0.append(Array(reason.utf8)) }
        try beginAgain(afterTaking: key, context, &builder)
        return .success(id, at: position)
    }

    /// Whether records of the object are never deleted.
    private func isKept(_ key: RecordKey) -> Bool {
        schema.object(code: key.object).map { !$0.has(.delete) } ?? false
    }

    private mutating func isWithoutValues(_ key: RecordKey) throws(StorageError) -> Bool {
        try projection.withRow(of: key) { row throws(Malformed) in row?.count == 0 }
    }

    /// Resets the user with which every store begins with begin again.
    ///
    /// That is where an event has just taken its values, and where nobody is left who is active, since
    /// one has taken those of the last: someone must be able to act.
    ///
    /// - Parameter key: Whose values were taken.
    mutating func beginAgain(
        afterTaking key: RecordKey,
        _ context: CallContext,
        _ builder: inout TransactionBuilder
    ) throws(StorageError) {
        let administrator = CallContext(administratorWith: "").user
        guard key.object == administrator.object, let id = schema.id(of: administrator) else {
            return
        }
        if key == administrator {
            return try beginAgain(administrator, id, context, &builder) {
                .administrator($0, id: id)
            }
        }
        if try isAnybodyActive() { return }
        let isNobody = try isWithoutValues(administrator)
        try beginAgain(administrator, id, context, &builder) {
            isNobody
                ? .administrator($0, id: id) : SObject("User", id: id, ["IsActive": true])
        }
    }

    private mutating func beginAgain(
        _ key: RecordKey,
        _ id: RecordID,
        _ context: CallContext,
        _ builder: inout TransactionBuilder,
        as record: (_ number: Int) -> SObject
    ) throws(StorageError) {
        for number in 1... {
            let user = record(number)
            guard let range = try projection.load(key),
                let call = try? PreparedCall(
                    [user],
                    schema: schema,
                    apiVersion: Session.latestAPIVersion,
                    isTruncating: false
                )
            else { break }
            let target = Target(
                key: key,
                id: id,
                row: range,
                lastPosition: try stamps(of: key).lastPosition
            )
            let result = try update(target, call.records[0], of: call, context, &builder)
            // Another user may have the name.
            if result.isSuccess || result.errors.first?.statusCode != .duplicateValue { return }
        }
        throw .corrupted(Corruption("the administrator could not be recreated"))
    }

    /// Whether the record's last event is an erasure, perhaps with its purge after it, which finds no
    /// values any more.
    private func isErasure(
        _ position: Position,
        of key: RecordKey
    ) throws(StorageError) -> Bool {
        // An event of the current call is not in the log yet.
        if position > state.head.lastPosition { return projection.isErasing(key) }
        // For events that have left the log this is unknown: a second erasure does no harm.
        if position <= projection.tables.log.base.lastPosition { return false }
        let stored = try projection.transaction(holding: position, through: state.head.number)
        guard let stored else { return false }
        let index = Int(position.ordinal - stored.firstPosition.ordinal)
        let event = stored.events[index]
        if event.kind == .purged { return try isErasure(event.previous, of: key) }
        return event.kind == .erased
    }
}

extension SObject {
    /// The user with which every store begins.
    ///
    /// - Parameter number: Distinguishes its name from another user's; 1 for the plain name.
    static func administrator(_ number: Int = 1, id: RecordID? = nil) -> SObject {
        let suffix = number == 1 ? "" : "-\(number)"
        return SObject(
            "User",
            id: id,
            [
                "Username": .text("administrator\(suffix)@annals.invalid"),
                "LastName": "Administrator",
                "IsActive": true,
            ]
        )
    }
}
