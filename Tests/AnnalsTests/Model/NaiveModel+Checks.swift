import Annals

/// What a record of a call sets, and what is wrong with it before it is compared with others.
struct Submitted {
    var values: [String: Value] = [:]
    /// All fields that were named, rightly or wrongly.
    var named: Set<String> = []
    var errors: [NaiveError] = []
    var notWritable: [String] = []
    var missing: [String] = []

    /// One error names all fields that cannot be set, and one all fields that need a value.
    var allErrors: [NaiveError] {
        var all = errors
        if !notWritable.isEmpty { all.append(.notWritable(notWritable)) }
        if !missing.isEmpty { all.append(.missing(missing)) }
        return all
    }
}

extension NaiveModel {
    func submitted(
        _ record: SObject,
        _ object: NaiveObject,
        _ options: CallOptions,
        of target: Record? = nil,
        isWritable: (NaiveField) -> Bool
    ) -> Submitted {
        var submitted = Submitted()
        // Null wins over a value.
        var given = record.fields.filter { !record.fieldsToNull.contains($0.name) }
        given += record.fieldsToNull.map { SObject.Assignment($0, .null) }
        for assignment in given {
            guard let field = object.field(assignment.name, apiVersion: apiVersion) else {
                continue
            }
            submitted.named.insert(field.name)
            guard isWritable(field) else {
                submitted.notWritable.append(field.name)
                continue
            }
            do throws(NaiveError) {
                let isTruncating = options.allowFieldTruncation
                var value = try field.kept(assignment.value, isTruncating: isTruncating)
                if value == .null, !field.isNillable { throw refusedNull(field) }
                // A record's present reference may be set again, whatever happened to its target.
                if field.kind == .reference, value != target?[field.name] {
                    value = try resolved(value, field, of: object)
                }
                submitted.values[field.name] = value
            } catch {
                if error.code == "REQUIRED_FIELD_MISSING" {
                    submitted.missing.append(field.name)
                } else {
                    submitted.errors.append(error)
                }
            }
        }
        return submitted
    }

    /// Null for a field that must have a value.
    private func refusedNull(_ field: NaiveField) -> NaiveError {
        if field.isOwner { return NaiveError("INVALID_EMPTY_KEY_OWNER", fields: [field.name]) }
        if field.kind == .boolean {
            return NaiveError("INVALID_TYPE_ON_FIELD_IN_RECORD", "\(field.label): value not of")
        }
        if field.isRestricted { return NaiveError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST") }
        return .missing([field.name])
    }

    /// The record that a reference names must exist (Specification: calls 6.2).
    private func resolved(
        _ value: Value,
        _ field: NaiveField,
        of object: NaiveObject
    ) throws(NaiveError) -> Value {
        var value = value
        if case .lookup(let object, let name, let text) = value {
            value = .id(try found(text, name, object, for: field))
        }
        guard case .id(let id) = value else { return .null }
        guard let target = record(id) else {
            throw NaiveError(
                "INVALID_CROSS_REFERENCE_KEY",
                "invalid cross reference id",
                fields: [field.name]
            )
        }
        guard target.state == .live else { throw .deleted }
        if field.isOwner, target.object == "User", target["IsActive"] != true {
            throw NaiveError(
                "INACTIVE_OWNER_OR_USER",
                "operation performed with inactive user [\(id)] as owner of \(object.name)"
            )
        }
        // The only groups that own records are queues.
        if field.isOwner, target.object == "Group", target["Type"] != "Queue" {
            throw NaiveError("FIELD_INTEGRITY_EXCEPTION", fields: [field.name])
        }
        return value
    }

    private func found(
        _ text: String,
        _ name: String,
        _ object: String,
        for field: NaiveField
    ) throws(NaiveError) -> RecordID {
        guard let key = NaiveObject.named(object)?.fields.first(where: { $0.name == name }) else {
            throw NaiveError("INVALID_FIELD")
        }
        let matches = live(object).filter {
            key.isSame($0[name], .text(text)) && nameable?.contains($0.id) != false
        }
        if matches.count > 1 { throw Self.several(matches.map(\.id), field) }
        guard let match = matches.first else {
            throw NaiveError("INVALID_FIELD", "Foreign key external ID: \(text) not found")
        }
        return match.id
    }

    /// Unique values apply to live records (Specification: calls 7.1).
    func duplicates(
        _ values: [String: Value],
        _ object: NaiveObject,
        except own: RecordID?
    ) -> [NaiveError] {
        var errors: [NaiveError] = []
        for field in object.fields where field.isUnique {
            guard let value = values[field.name], value != .null else { continue }
            for other in live(object.name)
            where other.id != own && field.isSame(other[field.name], value) {
                errors.append(
                    NaiveError(
                        "DUPLICATE_VALUE",
                        "duplicate value found: \(field.name) duplicates value on record with "
                            + "id: \(other.id.description.prefix(15))"
                    )
                )
            }
        }
        return errors
    }

    /// The live record that an id names (Specification: calls 6.1).
    func changeable(
        _ id: Value?,
        of object: NaiveObject?,
        _ expected: Position?
    ) throws(NaiveError) -> Record {
        guard let id else {
            throw NaiveError("MISSING_ARGUMENT", "Id not specified in an update call", fields: [])
        }
        guard let parsed = parsed(id) else { throw NaiveError("MALFORMED_ID") }
        if let object, parsed.description.prefix(3) != object.prefix {
            throw NaiveError(
                "MALFORMED_ID",
                "\(object.label) ID: id value of incorrect type: "
                    + (id.description.count == 18 ? id.description : ""),
                fields: ["Id"]
            )
        }
        guard knows(parsed), let record = record(parsed) else { throw .noSuchRecord }
        guard record.state == .live, record.events.last != .erased else { throw .deleted }
        if let expected, expected.ordinal != record.lastPosition {
            throw NaiveError("ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE")
        }
        return record
    }

    /// Runs `body` without checks of the API version.
    mutating func ungated<T>(_ body: (inout NaiveModel) -> T) -> T {
        let version = apiVersion
        apiVersion = 67
        defer { apiVersion = version }
        return body(&self)
    }

    func parsed(_ id: Value) -> RecordID? { id.recordID ?? id.text.flatMap { RecordID($0) } }
}
