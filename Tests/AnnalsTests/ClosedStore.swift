import Annals
import AnnalsTestSupport
import Testing

/// A closed store with twenty contacts, every fourth of them in the recycle bin, to make damaged
/// copies of.
struct ClosedStore {
    let scratch = Scratch()
    let path: String
    let contacts: [RecordID]

    init() async throws {
        path = scratch("whole")
        try RecordStore.create(at: path)
        let store = try RecordStore(at: path)
        let session = store.session()
        var contacts: [RecordID] = []
        for index in 0..<20 {
            let created = try await session.create("Contact", ["LastName": .text("Ng \(index)")])
            contacts.append(created)
            if index.isMultiple(of: 4) { try await session.delete(contacts[index]) }
        }
        self.contacts = contacts
    }

    func copy(without table: String) throws -> String {
        let copy = scratch("without \(table)")
        try copyStore(at: path, to: copy, without: [table])
        return copy
    }
}
