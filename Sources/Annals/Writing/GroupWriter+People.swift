internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSchema

// Which users and groups can own records and act.

extension GroupWriter {
    enum PersonStatus {
        case usable, inactive, missing, deleted
        /// A group that is not a queue.
        case notOwner
    }

    /// As ``personStatus(of:)``, from memory if it was asked before: every record has an owner.
    func knownPersonStatus(of key: RecordKey) throws(StorageError) -> PersonStatus {
        if let known = people.statuses[key] { return known }
        let status = try personStatus(of: key)
        people.remember(key, status)
        return status
    }

    /// Whether the user or group can own records and act.
    func personStatus(of key: RecordKey) throws(StorageError) -> PersonStatus {
        let object = schema.object(code: key.object)
        return try projection.withRow(of: key) { row throws(Malformed) in
            guard let row else { return .missing }
            switch try row.state() {
            case .live: break
            case .inBin, .emptied: return .deleted
            case .purged: return .missing
            }
            if object?.name == "User", let field = object?["IsActive"] {
                let flag = try row.slot(field.id)
                guard flag.byteCount > 0 else { return .inactive }
                return try flag.uint8(at: 0) == 1 ? .usable : .inactive
            }
            if object?.name == "Group", let field = object?["Type"] {
                let type = try row.slot(field.id)
                return type.isEqual(to: Array("Queue".utf8).rawSpan) ? .usable : .notOwner
            }
            return .notOwner
        }
    }

    /// Why the last active administrator may not be deactivated, or `nil` for another user.
    ///
    /// Every user may do everything here, so every active user is an administrator; without one, no
    /// one could ever write again.
    func lastAdministratorError(
        _ target: Target,
        _ record: PreparedCall.Record,
        in call: PreparedCall
    ) throws(StorageError) -> RecordError? {
        guard record.object.code == ObjectType.Definition.user.code,
            let field = record.object["IsActive"],
            let slot = call.slots[record.slots].first(where: { $0.id == field.id }),
            call.bytes.bytes[slot.range].first == 0,
            try personStatus(of: target.key) == .usable
        else { return nil }
        if try isAnybodyActive(besides: target.key) { return nil }
        return RecordError(
            .cannotDisableLastAdmin,
            "the last active administrator cannot be deactivated",
            fields: [field.name]
        )
    }

    /// Whether there is a user who can act.
    func isAnybodyActive(besides key: RecordKey? = nil) throws(StorageError) -> Bool {
        let users = ObjectType.Definition.user.code
        guard let object = schema.object(code: users) else { return false }
        for serial in 1..<projection.nextKey(of: object).serial {
            let user = RecordKey(object: users, serial: serial)
            if user != key, try personStatus(of: user) == .usable { return true }
        }
        return false
    }
}

/// Which users and groups can own records, as far as this has been looked up.
///
/// Not synchronized: used by whoever runs a group or sequences a call (``Writer``). A change to a
/// user or a group clears it.
final class KnownPeople {
    private(set) var statuses: [RecordKey: GroupWriter.PersonStatus] = [:]

    func canOwn(_ key: RecordKey) -> Bool { statuses[key] == .usable }

    func remember(_ key: RecordKey, _ status: GroupWriter.PersonStatus) {
        if statuses.count >= 10_000 { statuses.removeAll() }
        statuses[key] = status
    }

    func forgetAll() { if !statuses.isEmpty { statuses.removeAll() } }
}
