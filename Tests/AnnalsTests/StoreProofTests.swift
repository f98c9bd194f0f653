import Annals
import AnnalsTestSupport
import Foundation
import Testing

/// Proofs from a store, verified with nothing but the key.
struct `A store's proofs` {
    private static let seed = [UInt8](repeating: 3, count: 32)

    private func key(of test: TestStore) throws -> SigningKey {
        try SigningKey(generating: test.store.origin, seed: Self.seed)
    }

    private func add(_ count: Int, to test: TestStore) async throws {
        for number in 0..<count {
            try await test.session.create(
                "ContactRequest",
                ["PreferredPhone": .text("+1 555 \(number)")]
            )
        }
    }

    /// A closed store, and the checkpoints that it signed after certain numbers of creations.
    private struct Closed {
        let path: String
        let scratch: Scratch
        let configuration: RecordStore.Configuration
        let key: SigningKey
        var given: [Checkpoint] = []
    }

    private func closedStore(after counts: [Int]) async throws -> Closed {
        let test = try TestStore()
        var closed = Closed(
            path: test.store.path,
            scratch: test.scratch,
            configuration: test.store.configuration,
            key: try key(of: test)
        )
        for count in counts {
            try await add(count, to: test)
            closed.given.append(try await test.store.checkpoint(signedWith: closed.key))
        }
        return closed
    }

    @Test func `hold for every checkpoint that it gave, beyond tiles and after it was closed`()
        async throws
    {
        let closed = try await closedStore(after: [0, 3, 250, 4, 300])
        let (key, given) = (closed.key, closed.given)
        #expect(given.map(\.size) == [1, 4, 254, 258, 558])
        var configuration = closed.configuration
        configuration.isReadOnly = true
        let store = try RecordStore(at: closed.path, configuration: configuration)
        await #expect(try store.checkpoints() == given)
        await #expect(try store.lastCheckpoint() == given.last)

        for (index, checkpoint) in given.enumerated() {
            for number: UInt64 in [1, 2, 4, 200, 254, 256, 257, 558]
            where number <= checkpoint.size {
                let proof = try await store.proveInclusion(ofTransaction: number, in: checkpoint)
                let proven = try Proof(proof.description).verify(by: key.verifierKey)
                #expect(proven.number == number)
                #expect(try proven.events().allSatisfy { $0.changes.isEmpty })
            }
            for earlier in given.prefix(index + 1) {
                let proof = try await store.proveConsistency(from: earlier, to: checkpoint)
                try ConsistencyProof(proof.description).verify(from: earlier, by: key.verifierKey)
            }
            await #expect(throws: StoreError.proof(.notIncluded)) {
                try await store.proveInclusion(ofTransaction: checkpoint.size + 1, in: checkpoint)
            }
        }
        await #expect(throws: StoreError.proof(.notIncluded)) {
            try await store.proveInclusion(of: .beforeFirst, in: given[4])
        }
        await #expect(throws: StoreError.proof(.inconsistent)) {
            try await store.proveConsistency(from: given[2], to: given[1])
        }
    }

    @Test func `show the values of the events that are asked for, in names that are proven`()
        async throws
    {
        let test = try TestStore()
        var field = SchemaFile.FieldDeclaration(name: "Colour__c")
        field.type = "string"
        field.length = 20
        let schema = SchemaFile(objects: [.init(name: "ContactRequest", fields: [field])])
        try await add(3, to: test)
        _ = try await test.store.define(schema)
        let created = try await test.session.create(
            "ContactRequest",
            ["PreferredPhone": "+1 555 0100", "Colour__c": "mauve"]
        )
        let id = created
        try await test.session.update("ContactRequest", id: id, ["Status": "Contacted"])
        let key = try key(of: test)
        let checkpoint = try await test.store.checkpoint(signedWith: key)

        for event in try await test.store.session().history(of: id) {
            let proof = try await test.store.proveInclusion(of: event.position, in: checkpoint)
            let proven = try proof.verify(by: key.verifierKey)
            let shown = try #require(try proven.events().first { $0.position == event.position })
            #expect(shown == event)
        }
        // It shows only what was asked for.
        let position = try await #require(test.store.session().history(of: id).first?.position)
        let proof = try await test.store.proveInclusion(
            of: position,
            in: checkpoint,
            showing: .none
        )
        #expect(!"\(proof.description)".contains(Data("mauve".utf8).base64EncodedString()))
        let bare = try proof.verify(by: key.verifierKey).events()
        #expect(bare.map(\.changes) == [[]])
        #expect(bare.map(\.record) == [id])
    }

    @Test func `hold after an erasure, with what they showed`() async throws {
        let test = try TestStore()
        let key = try key(of: test)
        let id = try await test.session.create("ContactRequest", ["PreferredPhone": "+1 555"])
        let position = try await #require(test.store.session().history(of: id).first?.position)
        let checkpoint = try await test.store.checkpoint(signedWith: key)
        let before = try await test.store.proveInclusion(of: position, in: checkpoint)
        _ = try await test.session.erase([RecordReference(id)], reason: "request 4711")

        let after = try await test.store.proveInclusion(of: position, in: checkpoint)

        #expect(try !before.verify(by: key.verifierKey).events()[0].changes.isEmpty)
        #expect(try after.verify(by: key.verifierKey).events()[0].changes == [])
        let later = try await test.store.checkpoint(signedWith: key)
        let consistency = try await test.store.proveConsistency(from: checkpoint, to: later)
        try consistency.verify(from: checkpoint, by: key.verifierKey)
    }

    @Test func `are not given for the checkpoints of another log`() async throws {
        let (test, other) = (try TestStore(), try TestStore())
        try await add(5, to: test)
        try await add(5, to: other)
        let key = try key(of: test)
        let mine = try await test.store.checkpoint(signedWith: key)
        // A key that is named after one store signs only for that store.
        await #expect(throws: StoreError.self) {
            try await other.store.checkpoint(signedWith: key)
        }
        let theirs = try await other.store.checkpoint(signedWith: self.key(of: other))
        #expect(mine.size == theirs.size && mine.rootBytes != theirs.rootBytes)
        await #expect(throws: StoreError.self) {
            try await test.store.proveInclusion(ofTransaction: 1, in: theirs)
        }
        await #expect(throws: StoreError.self) {
            try await test.store.proveConsistency(from: theirs, to: mine)
        }
        await #expect(throws: StoreError.self) {
            try await test.store.keep(theirs, by: key.verifierKey)
        }
    }

    /// Like a store that was put back to an older state by other means than a restore.
    @Test func `are not begun anew by a store whose log lost its end`() async throws {
        let closed = try await closedStore(after: [5])
        let (key, path) = (closed.key, closed.scratch("cut"))
        try copyStore(at: closed.path, to: path) { table, key, value in
            table == "log" && key[7] > 4 ? nil : value
        }
        _ = try await RecordStore.rebuild(at: path)
        let store = try RecordStore(at: path, configuration: closed.configuration)
        await #expect(throws: StoreError.proof(.inconsistent)) {
            try await store.checkpoint(signedWith: key)
        }
        try await store.session().create("ContactRequest", ["PreferredPhone": "+1"])
        try await store.session().create("ContactRequest", ["PreferredPhone": "+1"])
        await #expect(throws: StoreError.proof(.inconsistent)) {
            try await store.checkpoint(signedWith: key)
        }
    }

    @Test func `survive a rebuild, and a store without its tree is rebuilt to the same`()
        async throws
    {
        let closed = try await closedStore(after: [520])
        let (key, path) = (closed.key, closed.scratch("older"))
        try copyStore(at: closed.path, to: path, without: ["tree"])
        let error = #expect(throws: StoreError.self) { try RecordStore(at: path) }
        guard case .rebuildNeeded? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await #expect(try RecordStore.rebuild(at: path, tables: ["tree"]).contains("tree"))
        let store = try RecordStore(at: path, configuration: closed.configuration)
        await #expect(try store.checkpoints() == closed.given)
        #expect(try await store.checkpoint(signedWith: key) == closed.given[0])
        await #expect(try store.check(scratch: closed.scratch("check")).findings == [])
    }

    @Test func `need a key that its owner alone can read, and that nothing writes over`() throws {
        let scratch = Scratch()
        let key = try SigningKey(generating: "example.com/contacts")
        let path = scratch("key")
        try key.save(to: path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text == key.secretText + "\n")
        let another = try SigningKey(generating: "example.com/contacts")
        #expect(throws: StoreError.storage(.exists(path: path))) { try another.save(to: path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["key"])
    }
}
