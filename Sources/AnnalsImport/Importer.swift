public import Annals
internal import Foundation

/// Imports the rows of a file, each as one call at its own time, exactly once.
///
/// Every row that writes carries an idempotency key with its ordinal, so a run that was interrupted,
/// however it was, is gone on with where it stopped.
public struct Importer {
    private let store: RecordStore
    private let session: Session
    private let mapping: ImportMapping
    private let source: ImportSource
    private let options: ImportOptions

    private var references: References
    private var rejects: Rejects
    private var summary = ImportSummary()
    private var pending: [PendingCall] = []
    /// The calls that the writer is at, while the next rows are read.
    private var inFlight: (calls: [PendingCall], task: Task<Answer, Never>)?
    /// The records of keys that rows have named: deleted ones are in no index.
    private var ids: [String: RecordID] = [:]
    private var pendingKeys: Set<String> = []
    private var hasScannedDeleted = false

    private typealias Answer = Result<[Result<[RecordResult], StoreError>], StoreError>

    private struct PendingCall: Sendable {
        enum Purpose: Sendable {
            case row(index: Int, key: String)
            /// A record that rows refer to.
            case reference(References.Name)
        }

        let purpose: Purpose
        let call: BatchCall
    }

    /// Rows of one group of the writer.
    private static let batchCount = 500

    /// - Parameter session: Of the importing user.
    public init(
        store: RecordStore,
        session: Session,
        mapping: ImportMapping,
        source: ImportSource,
        options: ImportOptions = ImportOptions()
    ) {
        self.store = store
        self.session = session
        self.mapping = mapping
        self.source = source
        self.options = options
        references = References(store)
        rejects = Rejects(path: options.rejectsPath)
    }

    /// Imports every row that was not imported before.
    ///
    /// - Parameter progress: Told after each group of rows; `false` stops with
    ///   ``ImportError/interrupted``.
    public mutating func run(
        progress: (ImportProgress) -> Bool = { _ in true }
    ) async throws(ImportError) -> ImportSummary {
        try checkMapping()
        try source.require(mapping.columns)
        let start = Date()
        func elapsed() -> Double { Date().timeIntervalSince(start) }
        let order = RowOrder(source, mapping).entries
        let prefix = "import/\(identity)/"
        let first = try firstOrdinal(prefix)
        summary.rows = order.count
        summary.skipped = min(first, order.count)
        for ordinal in first..<max(first, order.count) {
            try await add(order[ordinal], idempotencyKey: prefix + Self.padded(ordinal))
            if pending.count >= Self.batchCount { try await flush() }
            if ordinal % Self.batchCount == 0 {
                let state = ImportProgress(
                    done: ordinal,
                    total: order.count,
                    seconds: elapsed()
                )
                guard progress(state) else {
                    try await settle()
                    throw .interrupted
                }
            }
        }
        try await settle()
        _ = progress(
            ImportProgress(done: order.count, total: order.count, seconds: elapsed())
        )
        summary.seconds = elapsed()
        return summary
    }

    private func checkMapping() throws(ImportError) {
        guard let object = store.schema[mapping.object] else {
            throw .mapping(place: "object", reason: "the store has no object \(mapping.object)")
        }
        guard let key = object[mapping.keyField], key.has(.unique) else {
            throw .mapping(
                place: "key.field",
                reason: "\(mapping.keyField) is no unique field of \(mapping.object)"
            )
        }
        for (name, _) in mapping.fields where object[name] == nil {
            throw .mapping(place: "fields.\(name)", reason: "\(mapping.object) has no such field")
        }
    }

    /// What tells this import from others: the mapping, and the file's size, head and tail.
    private var identity: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        add(mapping.bytes)
        add("\(source.bytes.count)".utf8)
        add(source.bytes.prefix(65_536))
        add(source.bytes.suffix(65_536))
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func padded(_ ordinal: Int) -> String {
        let digits = String(ordinal)
        return String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    /// The first row that no earlier run has written, or passed by.
    private func firstOrdinal(_ prefix: String) throws(ImportError) -> Int {
        do throws(StoreError) {
            guard let last = try store.lastIdempotencyKey(withPrefix: prefix),
                let ordinal = Int(last.dropFirst(prefix.count))
            else { return 0 }
            return ordinal + 1
        } catch {
            throw .store(error)
        }
    }

    // One row.

    private mutating func add(
        _ entry: RowOrder.Entry,
        idempotencyKey: String
    ) async throws(ImportError) {
        let row: ImportRow
        do throws(RowError) {
            row = try source.row(entry.row, nulls: mapping.nulls)
        } catch {
            try reject(entry.row, RecordError(.invalidTypeOnFieldInRecord, error.reason))
            return
        }
        var time: Timestamp?
        if mapping.time != nil {
            time = entry.time ?? mapping.time(of: row)
            guard time != nil else {
                try reject(
                    entry.row,
                    RecordError(.invalidTypeOnFieldInRecord, "the row has no time that can be read")
                )
                return
            }
        }
        guard case .value(let keyValue) = mapping.key.evaluate(row) else {
            try reject(
                entry.row,
                RecordError(.missingArgument, "\(mapping.keyField) not specified")
            )
            return
        }
        let key = keyValue.description
        do throws(Refusal) {
            let operation = try operation(of: row)
            if operation.needsID, pendingKeys.contains(key) { try await settling() }
            let fields = try assignments(of: row, time)
            let actor = try await actor(of: row, time, key, operation, fields)
            guard let actor else {
                summary.unchanged += 1
                return
            }
            let call = try call(operation, key, keyValue, fields)
            let options = CallOptions(
                idempotencyKey: idempotencyKey,
                skipUnchanged: true,
                time: time
            )
            let session = store.session(as: actor, origin: self.options.origin)
            pending.append(
                PendingCall(
                    purpose: .row(index: entry.row, key: key),
                    call: BatchCall(session: session, call, options: options)
                )
            )
            pendingKeys.insert(key)
        } catch {
            switch error {
            case .row(let errors): try reject(entry.row, errors)
            case .stop(let error): throw error
            }
        }
    }

    /// Why a row is not imported: for its own fault, or because everything stops.
    private enum Refusal: Error {
        case row([RecordError])
        case stop(ImportError)
    }

    private enum Operation: String {
        case create, update, upsert, delete, undelete

        /// Whether the record must be known by its id.
        var needsID: Bool { self == .update || self == .delete || self == .undelete }
    }

    private func operation(of row: ImportRow) throws(Refusal) -> Operation {
        guard let template = mapping.operation else { return .upsert }
        guard case .value(let value) = template.evaluate(row),
            let operation = Operation(rawValue: value.description.lowercased())
        else {
            let message = "an operation is create, update, upsert, delete or undelete"
            throw .row([RecordError(.invalidTypeOnFieldInRecord, message)])
        }
        return operation
    }

    private mutating func assignments(
        of row: ImportRow,
        _ time: Timestamp?
    ) throws(Refusal) -> [SObject.Assignment] {
        var assignments: [SObject.Assignment] = []
        for (name, expression) in mapping.fields {
            switch try evaluate(expression, row, time) {
            case .absent: break
            case .null: assignments.append(SObject.Assignment(name, .null))
            case .value(let value): assignments.append(SObject.Assignment(name, value))
            }
        }
        return assignments
    }

    private mutating func evaluate(
        _ expression: Expression,
        _ row: ImportRow,
        _ time: Timestamp?
    ) throws(Refusal) -> Cell {
        switch expression {
        case .template(let template): return template.evaluate(row)
        case .equals(let template, let text):
            switch template.evaluate(row) {
            case .absent: return .absent
            case .null: return .value(.boolean(false))
            case .value(let value): return .value(.boolean(value.description == text))
            }
        case .reference(let reference):
            switch reference.value.evaluate(row) {
            case .absent: return .absent
            case .null: return .null
            case .value(let value):
                return .value(try resolve(reference, value.description, row, time))
            }
        case .first(let expressions):
            var outcome = Cell.absent
            for expression in expressions {
                switch try evaluate(expression, row, time) {
                case .absent: break
                case .null: outcome = .null
                case .value(let value): return .value(value)
                }
            }
            return outcome
        case .importer: return .value(.id(session.user))
        case .null: return .null
        }
    }

    /// The record that a reference names, made where there is none and the mapping says how.
    ///
    /// One that is to be made is made just before the row, and named by its field until then.
    private mutating func resolve(
        _ reference: ReferenceExpression,
        _ value: String,
        _ row: ImportRow,
        _ time: Timestamp?
    ) throws(Refusal) -> Value {
        let name = References.Name(reference, value)
        let lookup = Value.lookup(object: name.object, field: name.field, value: name.value)
        if references.isComing(name) { return lookup }
        if let id = try find(name) { return .id(id) }
        guard let create = reference.create else {
            let message =
                "Foreign key external ID: \(value) not found for field \(reference.field) in "
                + "entity \(reference.object)"
            throw .row([RecordError(.invalidField, message)])
        }
        var fields = [SObject.Assignment(reference.field, .text(value))]
        for (name, template) in create {
            if case .value(let value) = template.evaluate(row) {
                fields.append(SObject.Assignment(name, value))
            }
        }
        let call = BatchCall(
            session: store.session(as: session.user, origin: options.origin),
            .create([SObject(reference.object, id: nil, assignments: fields)]),
            options: CallOptions(time: time)
        )
        pending.append(PendingCall(purpose: .reference(name), call: call))
        references.expect(name)
        return lookup
    }

    private mutating func find(_ name: References.Name) throws(Refusal) -> RecordID? {
        do throws(ImportError) {
            return try references.find(name)
        } catch {
            throw .stop(error)
        }
    }

    /// Who acted; `nil` where the row changes nothing, so that nobody acted.
    ///
    /// A user is made for the first row that needs it, and a row that changes nothing does not.
    private mutating func actor(
        of row: ImportRow,
        _ time: Timestamp?,
        _ key: String,
        _ operation: Operation,
        _ fields: [SObject.Assignment]
    ) async throws(Refusal) -> RecordID? {
        guard let actor = mapping.actor,
            case .value(let value) = actor.value.evaluate(row)
        else { return session.user }
        let name = References.Name(actor, value.description)
        if !references.isComing(name), let id = try find(name) { return id }
        // Who acts must be there before the call is made.
        try await settling()
        if let id = try find(name) { return id }
        if operation == .upsert || operation == .update, try isUnchanged(key, fields) { return nil }
        _ = try resolve(actor, value.description, row, time)
        try await settling()
        guard let id = try find(name) else {
            throw .row([
                RecordError(.invalidCrossReferenceKey, "\(name.value) could not be made")
            ])
        }
        return id
    }

    private mutating func isUnchanged(
        _ key: String,
        _ fields: [SObject.Assignment]
    ) throws(Refusal) -> Bool {
        guard let object = store.schema[mapping.object], let id = try liveID(key) else {
            return false
        }
        do throws(StoreError) {
            let selection = try session.selection(of: mapping.object, fields.map(\.name))
            guard let record = try session.retrieve(selection, id: id) else { return false }
            return fields.allSatisfy { assignment in
                var value = assignment.value
                if case .lookup(let object, let field, let text) = value {
                    let found = try? store.find(text, in: field, of: object, limit: 1).first
                    value = found.map(Value.id) ?? value
                }
                guard let field = object[assignment.name],
                    let value = try? field.normalized(value, isTruncating: false)
                else { return false }
                return record[assignment.name] == value
            }
        } catch {
            throw Self.refusal(error)
        }
    }

    private func liveID(_ key: String) throws(Refusal) -> RecordID? {
        do throws(StoreError) {
            return try store.find(key, in: mapping.keyField, of: mapping.object, limit: 1).first
        } catch {
            throw Self.refusal(error)
        }
    }

    private mutating func call(
        _ operation: Operation,
        _ key: String,
        _ keyValue: Value,
        _ fields: [SObject.Assignment]
    ) throws(Refusal) -> BatchCall.Operation {
        let named = fields + [SObject.Assignment(mapping.keyField, keyValue)]
        switch operation {
        case .create: return .create([SObject(mapping.object, id: nil, assignments: named)])
        case .upsert:
            return .upsert(
                [SObject(mapping.object, id: nil, assignments: named)],
                by: mapping.keyField
            )
        case .update:
            let id = try knownID(key)
            return .update([SObject(mapping.object, id: .id(id), assignments: fields)])
        case .delete: return .delete([RecordReference(try knownID(key))])
        case .undelete: return .undelete([RecordReference(try knownID(key))])
        }
    }

    /// The record with this key, in the bin as well.
    private mutating func knownID(_ key: String) throws(Refusal) -> RecordID {
        if let id = ids[key] { return id }
        if let id = try liveID(key) {
            ids[key] = id
            return id
        }
        try scanDeleted()
        if let id = ids[key] { return id }
        throw .row([
            RecordError(.invalidCrossReferenceKey, "no \(mapping.object) has the key \(key)")
        ])
    }

    /// Deleted records are in no index: they are gone through once, after an interruption.
    private mutating func scanDeleted() throws(Refusal) {
        guard !hasScannedDeleted else { return }
        hasScannedDeleted = true
        var found: [String: RecordID] = [:]
        var living: Set<String> = []
        do throws(StoreError) {
            let selection = try session.selection(
                of: mapping.object,
                [mapping.keyField, "IsDeleted"]
            )
            var last: RecordID?
            while true {
                let page = try store.records(selection, after: last, includingDeleted: true)
                for record in page {
                    guard let key = record[mapping.keyField]?.description else { continue }
                    // Of several with one key the living one counts, else the newest.
                    if record["IsDeleted"] == true, living.contains(key) { continue }
                    if record["IsDeleted"] == false { living.insert(key) }
                    found[key] = record.id
                }
                guard let id = page.last?.id else { break }
                last = id
            }
        } catch {
            throw Self.refusal(error)
        }
        // What this run has seen of a key is newer still.
        ids.merge(found) { seen, _ in seen }
    }

    private static func refusal(_ error: StoreError) -> Refusal {
        switch error {
        case .fault(let fault):
            let code = StatusCode(rawValue: fault.exceptionCode.rawValue)
            return .row([RecordError(code, fault.message)])
        case .timeTooEarly:
            return .row([RecordError(.invalidFieldForInsertUpdate, error.description)])
        default: return .stop(.store(error))
        }
    }

    private mutating func reject(_ index: Int, _ error: RecordError) throws(ImportError) {
        try reject(index, [error])
    }

    private mutating func reject(_ index: Int, _ errors: [RecordError]) throws(ImportError) {
        summary.rejected += 1
        try rejects.add(
            line: source.rows[index].line,
            row: source.text(index),
            errors: errors
        )
        if let limit = options.rejectLimit, rejects.count >= limit {
            throw .tooManyRejects(rejects.count)
        }
    }

    private mutating func settling() async throws(Refusal) {
        do throws(ImportError) {
            try await settle()
        } catch {
            throw .stop(error)
        }
    }

    /// Hands the calls that wait to the writer, once it is done with those before.
    private mutating func flush() async throws(ImportError) {
        try await receive()
        guard !pending.isEmpty else { return }
        let calls = pending
        pending = []
        let store = store
        let task = Task { () async -> Answer in
            do throws(StoreError) {
                return .success(try await store.perform(calls.map(\.call)))
            } catch {
                return .failure(error)
            }
        }
        inFlight = (calls, task)
    }

    /// Makes all calls that wait, and waits until they are made.
    private mutating func settle() async throws(ImportError) {
        try await flush()
        try await receive()
        pendingKeys.removeAll(keepingCapacity: true)
    }

    /// Counts what became of the calls that the writer was given.
    private mutating func receive() async throws(ImportError) {
        guard let (calls, task) = inFlight else { return }
        inFlight = nil
        let results: [Result<[RecordResult], StoreError>]
        switch await task.value {
        case .success(let answered): results = answered
        case .failure(let error): throw .store(error)
        }
        for (call, result) in zip(calls, results) {
            switch call.purpose {
            case .row(let index, let key): try count(result, of: call.call, index, key)
            case .reference(let name): count(result, of: name)
            }
        }
    }

    private mutating func count(
        _ result: Result<[RecordResult], StoreError>,
        of name: References.Name
    ) {
        // Rows that refer to one that could not be made are refused for it themselves.
        guard case .success(let results) = result, let id = results.first?.id else {
            references.settle(name, nil)
            return
        }
        references.settle(name, id)
        summary.referencesCreated[name.object, default: 0] += 1
        summary.transactions += 1
    }

    private mutating func count(
        _ result: Result<[RecordResult], StoreError>,
        of call: BatchCall,
        _ index: Int,
        _ key: String
    ) throws(ImportError) {
        let record: RecordResult
        switch result {
        case .success(let results):
            guard let first = results.first else { return }
            record = first
        case .failure(let error):
            switch Self.refusal(error) {
            case .row(let errors): return try reject(index, errors)
            case .stop(let error): throw error
            }
        }
        guard record.isSuccess else { return try reject(index, record.errors) }
        if let id = record.id { ids[key] = id }
        guard record.position != nil else {
            summary.unchanged += 1
            return
        }
        summary.transactions += 1
        switch call.operation {
        case .create: summary.created += 1
        case .update: summary.updated += 1
        case .upsert: if record.isCreated { summary.created += 1 } else { summary.updated += 1 }
        case .delete: summary.deleted += 1
        case .undelete: summary.undeleted += 1
        }
    }
}
