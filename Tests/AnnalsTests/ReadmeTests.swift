import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `The program in the README` {
    let scratch = Scratch()

    /// The lines between the braces must be those of the README, which the second test checks.
    func program(path: String) async throws {
        try RecordStore.create(at: path)
        let store = try RecordStore(at: path)
        let session = store.session(origin: "readme")

        let id = try await session.create("ContactRequest", ["PreferredPhone": "+1 555 0100"])
        let created = try await store.lastPosition()
        try await session.update("ContactRequest", id: id, ["Status": "Contacted"])
        try await session.delete(id)  // to the recycle bin
        try await session.undelete(id)  // and back

        struct Request: Codable { let status: String }
        let query: SOQL = "SELECT Status FROM ContactRequest WHERE Id = \(id)"  // bound, not pasted
        let now = try await session.query(query, as: Request.self)
        let then = try await session.query(query, as: Request.self, asOf: .position(created))
        print(now[0].status, then[0].status)  // Contacted New

        for event in try await session.history(of: id) {
            print(event.position, event.kind, event.changes)
        }
    }

    @Test func `runs`() async throws {
        let path = scratch("readme")
        try await program(path: path)

        let store = try RecordStore(at: path)
        let ids = try await store.session().records(store.session().selection(of: "ContactRequest"))
            .map(\.id)
        #expect(ids.count == 1)
        #expect(try await store.session().history(of: ids[0]).count == 4)
    }

    @Test func `is the one that is tested`() throws {
        let here = URL(filePath: #filePath)
        let readme = try String(
            contentsOf: here.appending(path: "../../../README.md").standardized,
            encoding: .utf8
        )
        let block = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first)
        let lines = block.components(separatedBy: "```")[0].split(separator: "\n")
        let source = try String(contentsOf: here, encoding: .utf8)

        for line in lines { #expect(source.contains(line), "\(line) is not in the test") }
    }
}
