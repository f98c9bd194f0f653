public import AnnalsLog
public import AnnalsSchema

/// A record as a caller passes it in: the object's name, perhaps an id, and the fields to set.
public struct SObject: Sendable, Hashable {
    /// The API name of the object.
    public var type: String
    /// The record's id; for `update`, and for `upsert` by Id.
    ///
    /// Text that isn't a valid id is refused with `MALFORMED_ID`.
    public var id: Value?
    /// The fields to set, in the caller's order.
    public var fields: [Assignment]
    /// Fields to set to null, which wins over a value for the same field.
    public var fieldsToNull: [String]
    /// Beyond Salesforce: the last event position that the record must have; otherwise the record
    /// is rejected.
    ///
    /// With ``Position/beforeFirst`` an upsert only creates.
    public var expectedPosition: Position?

    /// A field and its new value.
    public struct Assignment: Sendable, Hashable {
        /// The API name of the field.
        public var name: String
        /// The value; `.null` empties the field.
        public var value: Value

        /// A field and its value.
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// A record with values by the names of their fields.
    public init(
        _ type: String,
        id: RecordID? = nil,
        _ fields: KeyValuePairs<String, Value> = [:],
        fieldsToNull: [String] = [],
        expectedPosition: Position? = nil
    ) {
        self.type = type
        self.id = id.map(Value.id)
        self.fields = fields.map { Assignment($0.key, $0.value) }
        self.fieldsToNull = fieldsToNull
        self.expectedPosition = expectedPosition
    }

    /// A record whose fields are given in an order of their own.
    public init(_ type: String, id: Value?, assignments: [Assignment]) {
        self.type = type
        self.id = id
        fields = assignments
        fieldsToNull = []
    }
}

/// The id of a record as a caller names it for `delete`, `undelete` and `emptyRecycleBin`.
public struct RecordReference: Sendable, Hashable, ExpressibleByStringLiteral {
    package var id: Value
    /// Beyond Salesforce: the last event position that the record must have.
    package var expectedPosition: Position?

    /// A record by its id.
    public init(_ id: RecordID, expectedPosition: Position? = nil) {
        self.id = .id(id)
        self.expectedPosition = expectedPosition
    }

    /// Accepts text that may be an id; the call rejects it if it is not.
    public init(text: String, expectedPosition: Position? = nil) {
        id = .text(text)
        self.expectedPosition = expectedPosition
    }

    public init(stringLiteral text: String) { self.init(text: text) }
}

/// How to make a writing call.
public struct CallOptions: Sendable, Hashable {
    /// One record that fails rolls back the whole call (AllOrNoneHeader).
    public var allOrNone = false
    /// Text that is too long is cut (AllowFieldTruncationHeader).
    public var allowFieldTruncation = false
    /// Beyond Salesforce: the same call with the same key returns the first answer, and writes
    /// nothing; another call with it fails with `IDEMPOTENCY_KEY_REUSED` (<doc:WhatAnAnswerHolds>).
    ///
    /// 1 to 200 bytes of UTF-8. A call that wrote no event is not remembered: if it was rejected,
    /// rolled back or changed nothing, it runs again when it is repeated. The messages of a
    /// repeated answer lack the values that the first one quoted.
    public var idempotencyKey: String?
    /// The row of an import that the call is made for, instead of a key.
    package var row: ImportedRow?
    /// Whether the call is a dry run: it returns what it would return, and nothing is written.
    package var isTrial = false
    /// Beyond Salesforce: an update that changes no value succeeds without an event.
    public var skipUnchanged = false
    /// Beyond Salesforce, for imports: when the change happened.
    ///
    /// It must not be before the last change, nor before what getUpdated has reported as covered.
    public var time: Timestamp?

    /// The defaults: each record for itself, at the time of the store.
    public init(
        allOrNone: Bool = false,
        allowFieldTruncation: Bool = false,
        idempotencyKey: String? = nil,
        skipUnchanged: Bool = false,
        time: Timestamp? = nil
    ) {
        self.allOrNone = allOrNone
        self.allowFieldTruncation = allowFieldTruncation
        self.idempotencyKey = idempotencyKey
        self.skipUnchanged = skipUnchanged
        self.time = time
    }
}
