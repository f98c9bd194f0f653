internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

/// What a call that carries an idempotency key requests, so that a repeat can be distinguished from
/// another call under the same key (WhatAnAnswerHolds.md).
///
/// Neither the text of a key nor any content of a call is in the log: the key is stored as a keyed
/// digest, the call as a digest with a salt, which an erasure removes.
struct KeyedCall: Sendable, Hashable {
    /// Which call it is.
    ///
    /// The raw values are written to disk: never renumber them.
    enum Verb: UInt8, Sendable {
        case create = 1
        case update = 2
        case upsert = 3
        case delete = 4
        case undelete = 5
        case emptyRecycleBin = 6
        case erase = 7
    }

    /// What makes the call what it is.
    private enum Content: Hashable {
        case call(Digest)
        /// A row of an import, and all rows up to it.
        case row(RowDigest, through: RowDigest)
    }

    /// The key as stored in the log.
    let key: [UInt8]
    let verb: Verb
    private let content: Content
    /// The row of an import that the call is made for.
    let row: ImportedRow?

    /// What is recorded of the call: 32 bytes.
    ///
    /// - Parameter salt: The salt of the results.
    func digest(salt: ArraySlice<UInt8>) -> [UInt8] {
        switch content {
        case .call(let digest):
            var writer = ByteWriter(reserving: 64)
            writer.append(Array(salt))
            writer.append(verb.rawValue)
            writer.append(digest)
            let salted = Digest(of: writer.bytes.rawSpan)
            writer = ByteWriter(reserving: Digest.byteCount)
            writer.append(salted)
            return writer.bytes
        case .row(let row, let through):
            return row.salted(salt, tag: 1) + through.salted(salt, tag: 2)
        }
    }

    /// Shortest and longest key of a caller, in bytes.
    static let keyByteCounts = 1...200

    /// The key of a caller as stored in the log: someone who has the store can test whether a key
    /// was used, but cannot read which ones were.
    static func stored(_ key: String, of storeID: String) -> [UInt8] {
        var writer = ByteWriter()
        for text in ["annals idempotency key", storeID, key] { writer.append(counted: text) }
        let digits = Digest(of: writer.bytes.rawSpan).description.prefix(digitCount)
        return Array("\(prefix)\(digits)".utf8)
    }

    /// The prefix of callers' keys: those that an import creates have another one.
    private static let prefix = "key/"
    /// Of the digest: 128 bits.
    private static let digitCount = 32
}

extension KeyedCall {
    /// A call with the options that determine what it does to which records; those that only
    /// describe how it is made (origin, API version) do not count.
    init(
        _ operation: BatchCall.Operation,
        _ key: String,
        _ session: Session,
        _ options: CallOptions
    ) {
        row = nil
        self.key = Self.stored(key, of: session.store.storeID)
        verb = operation.verb
        var writer = ByteWriter()
        writer.append(counted: session.user.description)
        var flags: UInt8 = options.allOrNone ? 1 : 0
        if options.allowFieldTruncation { flags |= 2 }
        if options.skipUnchanged { flags |= 4 }
        writer.append(flags)
        writer.append(options.time?.milliseconds ?? .min)
        operation.append(to: &writer, session.store.schema)
        content = .call(Digest(of: writer.bytes.rawSpan))
    }

    /// The call for a row of an import.
    init(_ operation: BatchCall.Operation, _ row: ImportedRow) {
        self.row = row
        key = row.key
        verb = operation.verb
        content = .row(row.digest, through: row.through)
    }
}

extension BatchCall.Operation {
    fileprivate var verb: KeyedCall.Verb {
        switch self {
        case .create: .create
        case .update: .update
        case .upsert: .upsert
        case .delete: .delete
        case .undelete: .undelete
        case .emptyRecycleBin: .emptyRecycleBin
        case .erase: .erase
        }
    }

    /// Writes the request as the caller made it; two different calls have different bytes.
    ///
    /// - Parameter schema: Shows which values are ids.
    fileprivate func append(to writer: inout ByteWriter, _ schema: Schema) {
        switch self {
        case .create(let records), .update(let records): writer.append(records, schema)
        case .upsert(let records, let field):
            writer.append(counted: field.lowercased())
            writer.append(records, schema)
        case .delete(let records), .undelete(let records), .emptyRecycleBin(let records):
            writer.append(records)
        case .erase(let records, let reason):
            writer.append(counted: reason)
            writer.append(records)
        }
    }
}

extension ByteWriter {
    fileprivate mutating func append(counted text: String) {
        append(UInt64(text.utf8.count))
        append(utf8: text)
    }

    fileprivate mutating func append(_ position: Position?) {
        append(position == nil ? UInt8(0) : 1)
        append(position?.ordinal ?? 0)
    }

    fileprivate mutating func append(_ references: [RecordReference]) {
        append(UInt64(references.count))
        for reference in references {
            append(tagged: reference.id.inWholeID)
            append(reference.expectedPosition)
        }
    }

    fileprivate mutating func append(_ records: [SObject], _ schema: Schema) {
        append(UInt64(records.count))
        for record in records {
            let object = schema[record.type]
            append(counted: record.type.lowercased())
            append(tagged: record.id?.inWholeID ?? .null)
            append(record.expectedPosition)
            // A client that rebuilds its call may name the fields in another order, and in
            // different case: the fields are the same.
            let fields = record.fields.map { ($0.name.lowercased(), $0.value) }.enumerated().sorted
            {
                ($0.element.0, $0.offset) < ($1.element.0, $1.offset)
            }
            append(UInt64(fields.count))
            for (_, field) in fields {
                append(counted: field.0)
                let isID = object?[field.0]?.kind == .reference
                append(tagged: isID ? field.1.inWholeID : field.1)
            }
            let nulls = record.fieldsToNull.map { $0.lowercased() }.sorted()
            append(UInt64(nulls.count))
            for name in nulls { append(counted: name) }
        }
    }

    /// A value with its type: the text "7" is not the number.
    private mutating func append(tagged value: Value) {
        switch value {
        case .null: append(UInt8(0))
        case .boolean(let flag): append(flag ? UInt8(2) : UInt8(1))
        case .integer(let number):
            append(UInt8(3))
            append(Int64(number))
        case .double(let number):
            append(UInt8(4))
            append(number.bitPattern)
        case .decimal(let number):
            append(UInt8(10))
            append(counted: number.text)
        case .date(let date):
            append(UInt8(5))
            append(UInt32(bitPattern: date.days))
        case .dateTime(let time):
            append(UInt8(6))
            append(time.milliseconds)
        case .text(let text):
            append(UInt8(7))
            append(counted: text)
        case .id(let id):
            append(UInt8(8))
            append(counted: id.description)
        case .lookup(let object, let field, let value):
            append(UInt8(9))
            for text in [object.lowercased(), field.lowercased(), value] { append(counted: text) }
        }
    }
}

extension Value {
    /// The same id in 18 characters, if the value is the text of an id.
    ///
    /// A repeat is the same call whichever spelling it uses, and with or without white space.
    fileprivate var inWholeID: Value {
        guard case .text(let text) = self, let id = RecordID(text.trimmingWhiteSpace()) else {
            return self
        }
        return .text(id.description)
    }
}

extension RecordStore {
    /// The form in which the log stores a caller's idempotency key: ``HistoryEvent/idempotencyKey``
    /// of the events of a call with the key.
    ///
    /// The text of the key itself is not kept.
    public func recordedIdempotencyKey(_ key: String) -> String {
        String(decoding: KeyedCall.stored(key, of: storeID), as: UTF8.self)
    }
}
