internal import Annals

/// The records that rows refer to: found once, made once, remembered.
struct References {
    private struct Key: Hashable {
        let object: String
        let field: String
        let value: String
    }

    private let store: RecordStore
    private var known: [Key: RecordID] = [:]

    init(_ store: RecordStore) { self.store = store }

    /// The record, where there is one.
    mutating func find(
        _ reference: ReferenceExpression,
        _ value: String
    ) throws(ImportError) -> RecordID? {
        let key = Key(object: reference.object, field: reference.field, value: value)
        if let id = known[key] { return id }
        do throws(StoreError) {
            let found = try store.find(value, in: reference.field, of: reference.object, limit: 1)
            if let id = found.first { known[key] = id }
            return found.first
        } catch {
            throw .store(error)
        }
    }

    mutating func remember(_ id: RecordID, _ reference: ReferenceExpression, _ value: String) {
        known[Key(object: reference.object, field: reference.field, value: value)] = id
    }
}
