internal import Annals
internal import AnnalsSchema

/// The records that rows refer to, by the values that find them.
struct ReferenceBook {
    /// A record that does not exist and has to be created.
    struct Missing {
        let group: Int
        let key: TextKey
        let record: SObject

        /// Whether one record serves both.
        func isSame(as other: Missing) -> Bool {
            group == other.group && key == other.key
        }
    }

    /// What finds records: the same for all references by one field of one object.
    private struct Group {
        let object: String
        let by: Field
        var records: [TextKey: RecordID] = [:]
    }

    private let references: [Reference]
    private var groups: [Group] = []
    /// The group of each reference.
    private var groupOfReference: [Int] = []
    private let session: Session
    private let importer: RecordID

    init(_ mapping: ImportMapping, _ session: Session) {
        references = mapping.references
        self.session = session
        importer = session.user
        for reference in references {
            guard let object = session.store.schema[reference.object], let by = object[reference.by]
            else {
                preconditionFailure("a mapping is checked before it is used")
            }
            let known = groups.firstIndex { $0.object == object.name && $0.by.name == by.name }
            groupOfReference.append(known ?? groups.count)
            if known == nil { groups.append(Group(object: object.name, by: by)) }
        }
    }

    /// The form of an outcome in a call.
    private enum Resolution {
        case value(Value)
        case missing(Missing)
    }

    private mutating func resolve(
        _ outcome: Outcome,
        _ row: MappedRow
    ) async throws(RowFailure) -> Resolution {
        switch outcome {
        case .absent, .null: return .value(.null)
        case .value(let value): return .value(value)
        case .importer: return .value(.id(importer))
        case .reference(let number, let value):
            let reference = references[number]
            let group = groupOfReference[number]
            guard let key = groups[group].by.key(of: value) else { return .value(.null) }
            if let known = groups[group].records[key] { return .value(.id(known)) }
            if let found = try await find(value, reference) {
                groups[group].records[key] = found
                return .value(.id(found))
            }
            guard let record = record(reference, value, row) else {
                throw .row(
                    RecordError(
                        .invalidCrossReferenceKey,
                        "no \(name: reference.object) has the \(name: reference.by) \(value: value)"
                    )
                )
            }
            return .missing(Missing(group: group, key: key, record: record))
        }
    }

    /// Who acts, and the values of the fields, as far as the records exist.
    mutating func resolve(
        _ row: MappedRow,
        _ mapping: ImportMapping
    ) async throws(RowFailure) -> ResolvedRow {
        var resolved = ResolvedRow(actor: importer)
        switch try await resolve(row.actor, row) {
        case .missing(let missing): resolved.missingActor = missing
        case .value(let value):
            guard let actor = value.recordID else {
                throw .row(RecordError(.malformedID, "the actor \(value: value) is no record id"))
            }
            resolved.actor = actor
        }
        resolved.fields.reserveCapacity(row.fields.count + 1)
        for field in row.fields {
            let name = mapping.fields[field.number].name
            switch try await resolve(field.outcome, row) {
            case .value(let value): resolved.fields.append(SObject.Assignment(name, value))
            case .missing(let missing):
                guard !resolved.missing.contains(where: { $0.isSame(as: missing) }) else {
                    continue
                }
                resolved.missing.append(missing)
            }
        }
        return resolved
    }

    private func find(
        _ value: String,
        _ reference: Reference
    ) async throws(RowFailure) -> RecordID? {
        let found: [RecordID]
        do throws(StoreError) {
            found = try await session.find(value, in: reference.by, of: reference.object)
        } catch {
            throw .import(ImportError(error))
        }
        guard found.count < 2 else {
            throw .row(
                RecordError(
                    .duplicateExternalID,
                    "more than one \(name: reference.object) has the \(name: reference.by) \(value: value)"
                )
            )
        }
        return found.first
    }

    /// What the record is created with; `nil` if the mapping does not create it.
    private func record(_ reference: Reference, _ value: String, _ row: MappedRow) -> SObject? {
        guard let create = reference.create else { return nil }
        var fields = [SObject.Assignment(reference.by, .text(value))]
        for assignment in create {
            let value: Value? =
                switch assignment.expression.outcome(row.cells, references) {
                case .absent, .reference: nil
                case .null: .null
                case .value(let value): value
                case .importer: .id(importer)
                }
            if let value { fields.append(SObject.Assignment(assignment.field, value)) }
        }
        return SObject(reference.object, id: nil, assignments: fields)
    }

    mutating func add(_ id: RecordID, for missing: Missing) {
        groups[missing.group].records[missing.key] = id
    }
}

/// A row with the records that it refers to.
struct ResolvedRow {
    var actor: RecordID
    var fields: [SObject.Assignment] = []
    /// What has to be created for the fields, and for the actor.
    var missing: [ReferenceBook.Missing] = []
    var missingActor: ReferenceBook.Missing?
}

extension Value {
    /// The record that the value names.
    fileprivate var recordID: RecordID? {
        switch self {
        case .id(let id): id
        case .text(let text): RecordID(text.trimmingWhiteSpace())
        default: nil
        }
    }
}
