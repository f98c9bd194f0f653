import Annals

/// The names of those who acted, looked up once each.
struct UserNames {
    private let store: RecordStore
    private let users: FieldSelection?
    private var names: [RecordID: String] = [:]

    init(of store: RecordStore) {
        self.store = store
        users = try? store.session().selection(of: "User", ["Name"])
    }

    /// The name of a user, or the id if it is unknown.
    mutating func name(of actor: RecordID?) async -> String {
        guard let actor else { return "-" }
        if let name = names[actor] { return name }
        var name = actor.description
        if let users, let record = try? await store.session().retrieve(users, id: actor),
            case .text(let found) = record["Name"]
        {
            name = found
        }
        names[actor] = name
        return name
    }
}
