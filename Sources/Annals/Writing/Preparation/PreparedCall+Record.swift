internal import AnnalsLog
internal import AnnalsSchema

extension PreparedCall {
    struct Record: Sendable {
        let object: ObjectType
        var id: Value?
        let expectedPosition: Position?
        /// Which of ``slots`` are its own, in the order of field ids.
        var slots: Range<Int>
        var hasReferences = false
        var hasLookups = false
        /// Which of ``allProblems`` are its own; -1 for none.
        var problems = -1
        /// The bytes of the field by which an upsert finds the record, writable or not.
        var key: [UInt8]?
        /// Whether that field was given a value that it cannot hold.
        var isKeyRefused = false
    }

    /// A field that a record sets.
    struct Slot: Sendable {
        let fieldIndex: Int
        let id: FieldID
        /// Where its bytes lie in ``bytes``, after the field's id and their length, as an event
        /// stores them; empty for null, which has nothing before it.
        let range: Range<Int>
        /// Which of ``lookups`` gives its bytes; -1 for none.
        let lookup: Int
        let isReference: Bool
        let isOwner: Bool
    }

    struct Lookup: Sendable {
        let object: ObjectType
        let field: Field
        /// The value as it was given, for messages.
        let value: String
        /// The value as the field keeps it; empty if it cannot, so that no record has it.
        let bytes: [UInt8]
    }

    /// What is wrong with a record, as far as this can be determined without the store.
    struct Problems: Sendable {
        var errors: [RecordError] = []
        /// Fields that it names and that cannot be set on create, and on update.
        var notCreateable: [String] = []
        var notUpdateable: [String] = []
        /// Required fields that it sets to null.
        var missing: [String] = []

        /// Forgets the problems of a field that the caller sets again.
        mutating func forget(_ field: String) {
            errors.removeAll { $0.fields == [field] }
            for place in [\Self.notCreateable, \Self.notUpdateable, \Self.missing] {
                self[keyPath: place].removeAll { $0 == field }
            }
        }

        /// The errors of writable fields: for a read-only field only that is reported.
        func errors(except fields: [String]) -> [RecordError] {
            errors.filter { $0.fields.isEmpty || !$0.fields.allSatisfy(fields.contains) }
        }
    }
}
