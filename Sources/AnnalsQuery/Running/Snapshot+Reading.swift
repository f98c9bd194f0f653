internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSOQL
internal import AnnalsSchema

// Values of rows, read in place.

extension Snapshot {
    /// Whether the record satisfies the condition.
    borrowing func holds(_ predicate: Predicate, _ key: RecordKey, _ row: Row) throws -> Bool {
        switch predicate {
        case .all(let parts):
            for part in parts where try !holds(part, key, row) { return false }
            return true
        case .any(let parts):
            for part in parts where try holds(part, key, row) { return true }
            return false
        case .not(let part): return try !holds(part, key, row)
        case .test(let test): return try holds(test, key, row)
        case .constant(let flag): return flag
        // Queries are resolved before they are run.
        case .semiJoin: return false
        }
    }

    private borrowing func holds(_ test: Test, _ key: RecordKey, _ row: Row) throws -> Bool {
        if test.slot > 0 { return try test.holds(row) }
        return try test.matcher.holds(try scalar(test.operand, key, row))
    }

    /// The value of an expression.
    borrowing func scalar(_ operand: Operand, _ key: RecordKey, _ row: Row) throws -> Scalar {
        let value = try scalar(operand.access, key, row)
        switch operand.transform {
        case .none: return value
        case .label(let labels):
            guard case .text(let text) = value else { return value }
            return .text(labels[FoldedText.bytes(of: text)] ?? text)
        case .date(let calendar, let function, let isConverted):
            let found: Int?
            switch value {
            case .date(let days): found = calendar.value(of: function, day: Int(days))
            case .dateTime(let second):
                found = calendar.value(of: function, second: second, isConverted: isConverted)
            default: found = nil
            }
            guard let found else { return .null }
            return function == .dayOnly ? .date(Int64(found)) : .integer(Int64(found))
        }
    }

    /// The value of a field.
    borrowing func scalar(_ access: Access, _ key: RecordKey, _ row: Row) throws -> Scalar {
        if access.isOwn { return try scalar(access, atEnd: key, row) }
        let value = try scalar(access, after: 0, key, row)
        // After a reference that leads nowhere, a boolean is false as everywhere.
        return value == .null && access.kind == .boolean ? .boolean(false) : value
    }

    private borrowing func scalar(
        _ access: Access,
        after hop: Int,
        _ key: RecordKey,
        _ row: Row
    ) throws -> Scalar {
        if hop == access.hops.count { return try scalar(access, atEnd: key, row) }
        guard let next = try target(of: access.hops[hop], row) else { return .null }
        guard let target = try self.row(of: next) else { return .null }
        guard try isSeen(target, deleted: access.seesDeleted) else { return .null }
        return try scalar(access, after: hop + 1, next, target)
    }

    /// Whether queries see a record: live ones, and deleted ones that are not purged.
    borrowing func isSeen(_ row: Row, deleted: Bool) throws -> Bool {
        switch try row.state() {
        case .live: true
        case .inBin, .emptied: deleted
        case .purged: false
        }
    }

    /// The record that a reference points to.
    borrowing func target(of leaf: Leaf, _ row: Row) throws -> RecordKey? {
        switch leaf {
        case .slot(let slot):
            let bytes = try row.slot(slot)
            return bytes.byteCount == 0 ? nil : RecordKey(packed: try bytes.uint64(at: 0))
        case .createdBy: return try row.stamps().createdBy
        case .lastModifiedBy: return try row.stamps().lastModifiedBy
        default: return nil
        }
    }

    private borrowing func scalar(
        _ access: Access,
        atEnd key: RecordKey,
        _ row: Row
    ) throws -> Scalar {
        if let targets = access.targets {
            guard let target = targets[key.object] else {
                // There is no third boolean.
                return access.kind == .boolean ? .boolean(false) : .null
            }
            return try scalar(target.leaf, target.field.kind, key, row)
        }
        return try scalar(access.leaf, access.kind, key, row)
    }

    private borrowing func scalar(
        _ leaf: Leaf,
        _ kind: Field.Kind,
        _ key: RecordKey,
        _ row: Row
    ) throws -> Scalar {
        switch leaf {
        case .slot(let slot): return try Scalar(try row.slot(slot), kind)
        case .id: return .key(key)
        case .isDeleted: return .boolean(try row.state() != .live)
        case .createdDate: return .dateTime(try row.created().seconds)
        case .createdBy: return .key(try row.stamps().createdBy)
        case .lastModifiedDate: return .dateTime(try row.stamps().lastModified.seconds)
        case .lastModifiedBy: return .key(try row.stamps().lastModifiedBy)
        case .systemModstamp: return .dateTime(try row.systemModstamp().seconds)
        case .viewed(let user):
            return try reader.views(of: key, by: user).viewed.map { .dateTime($0.seconds) } ?? .null
        case .referenced(let user):
            return try reader.views(of: key, by: user).referenced.map { .dateTime($0.seconds) }
                ?? .null
        case .type: return schema.object(code: key.object).map { .text($0.name) } ?? .null
        }
    }
}

extension Scalar {
    /// The value in a slot of a row.
    init(_ bytes: RawSpan, _ kind: Field.Kind) throws(Malformed) {
        guard bytes.byteCount > 0 else {
            // A boolean field that is newer than the record.
            self = kind == .boolean ? .boolean(false) : .null
            return
        }
        switch kind {
        case .string, .textarea, .phone, .email, .url, .picklist: self = .text(try bytes.text())
        case .boolean: self = .boolean(try bytes.uint8(at: 0) != 0)
        case .int: self = .integer(Int64(Int32(bitPattern: try bytes.uint32(at: 0))))
        case .double: self = .double(Double(bitPattern: try bytes.uint64(at: 0)))
        case .date: self = .date(Int64(Int32(bitPattern: try bytes.uint32(at: 0))))
        case .datetime:
            self = .dateTime(Timestamp(milliseconds: try bytes.int64(at: 0)).seconds)
        case .id, .reference: self = .key(RecordKey(packed: try bytes.uint64(at: 0)))
        }
    }
}

extension Matcher {
    /// Whether the value satisfies the comparison.
    func holds(_ scalar: Scalar) throws(Malformed) -> Bool {
        switch scalar {
        case .null:
            if case .boolean = form { return matches(false) }
            return ofNull
        case .boolean(let flag): return matches(flag)
        case .text(let text): return try matches(text: Array(text.utf8).rawSpan)
        case .key(let key): return matches(key: key.packed)
        case .integer, .date, .dateTime: return matches(scalar.ordinal ?? 0)
        case .double(let number): return matches(number.ordinal)
        }
    }

    /// Whether the value in a slot of a row satisfies the comparison.
    func holds(_ bytes: RawSpan, _ kind: Field.Kind) throws(Malformed) -> Bool {
        guard bytes.byteCount > 0 else { return kind == .boolean ? matches(false) : ofNull }
        switch kind {
        case .string, .textarea, .phone, .email, .url, .picklist: return try matches(text: bytes)
        case .boolean: return matches(try bytes.uint8(at: 0) != 0)
        case .int, .date: return matches(Int64(Int32(bitPattern: try bytes.uint32(at: 0))))
        case .double: return matches(Double(bitPattern: try bytes.uint64(at: 0)).ordinal)
        case .datetime: return matches(Timestamp(milliseconds: try bytes.int64(at: 0)).seconds)
        case .id, .reference: return matches(key: try bytes.uint64(at: 0))
        }
    }
}
