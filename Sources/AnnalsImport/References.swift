internal import Annals

/// The records that rows refer to: found once, made once, remembered.
struct References {
    /// A record as a mapping names it.
    struct Name: Hashable, Sendable {
        let object: String
        let field: String
        let value: String

        init(_ reference: ReferenceExpression, _ value: String) {
            object = reference.object
            field = reference.field
            self.value = value
        }
    }

    private let store: RecordStore
    private var known: [Name: RecordID] = [:]
    /// Those whose making waits with the rows: they are referred to by their field until then.
    private var coming: Set<Name> = []

    init(_ store: RecordStore) { self.store = store }

    /// The record, where there is one.
    mutating func find(_ name: Name) throws(ImportError) -> RecordID? {
        if let id = known[name] { return id }
        do throws(StoreError) {
            let found = try store.find(name.value, in: name.field, of: name.object, limit: 1)
            if let id = found.first { known[name] = id }
            return found.first
        } catch {
            throw .store(error)
        }
    }

    func isComing(_ name: Name) -> Bool { coming.contains(name) }

    mutating func expect(_ name: Name) { coming.insert(name) }

    /// Takes note that it was made, or could not be.
    mutating func settle(_ name: Name, _ id: RecordID?) {
        coming.remove(name)
        if let id { known[name] = id }
    }
}
