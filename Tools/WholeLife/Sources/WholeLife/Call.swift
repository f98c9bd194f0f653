/// A call as a person would type it.
struct Call: Sendable {
    enum Verb: String, Sendable { case create, update, upsert, delete, undelete, empty, erase }

    var verb: Verb
    var object = 0
    /// For create, update and upsert.
    var records: [[Assignment]] = []
    /// For each record of an update, and for calls that have only ids.
    var ids: [String] = []
    /// The field that an upsert finds records by.
    var by: String?
    var allOrNone = false
    var skipUnchanged = false
    var key: String?

    struct Assignment: Sendable, Hashable {
        var name: String
        var value: JSON
    }

    /// What makes two calls the same: if there are only ids, they determine the object.
    var signature: String {
        "\(verb) \(records.isEmpty ? 0 : object) \(records.map { $0.map { "\($0.name)=\($0.value.written)" } }) \(ids) "
            + "\(by ?? "") \(allOrNone) \(skipUnchanged)"
    }
}
