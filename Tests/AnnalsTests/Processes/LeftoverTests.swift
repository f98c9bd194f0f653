import Annals
import AnnalsLMDB
import AnnalsTestSupport
import Foundation
import Testing

struct `What a killed process leaves` {
    private func plant(_ path: String) throws {
        let file = URL(filePath: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data("erased since".utf8).write(to: file)
    }

    @Test func `in a store goes when it is opened to write, not when it is read`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        let left = [
            path + "/rebuild/data.mdb", path + "/data.mdb.compacted",
            scratch(".annals-new-store/data.mdb"), scratch(".annals-new-restored/data.mdb"),
        ]
        for file in left { try plant(file) }
        _ = try await reader(of: path).info()
        #expect(left.allSatisfy { FileManager.default.fileExists(atPath: $0) })

        _ = try RecordStore(at: path)

        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["store"])
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        #expect(names == ["data.mdb", "lock.mdb", "writer.lock"])
        for file in left { try plant(file) }
        try await RecordStore.compact(at: path)
        #expect(!left.contains { FileManager.default.fileExists(atPath: $0) })
    }

    /// Of a process that is making it, which holds its lock.
    @Test func `is not what another process is still making`() throws {
        let scratch = Scratch()
        try RecordStore.create(at: scratch("store"))
        let folder = try UnfinishedFolder(for: scratch("other"))
        try plant(folder.path + "/data.mdb")
        _ = try RecordStore(at: scratch("store"))
        #expect(FileManager.default.fileExists(atPath: folder.path + "/data.mdb"))
        try folder.finish()
        #expect(FileManager.default.fileExists(atPath: scratch("other/data.mdb")))
    }

    @Test func `is nothing where a store cannot get its name`() async throws {
        let scratch = Scratch()
        let manager = FileManager.default
        let (link, nowhere) = (scratch("link"), scratch("nowhere"))
        try manager.createDirectory(atPath: scratch("empty"), withIntermediateDirectories: false)
        try manager.createSymbolicLink(atPath: link, withDestinationPath: scratch("empty"))
        try manager.createSymbolicLink(atPath: nowhere, withDestinationPath: scratch("missing"))
        #expect(throws: StoreError.storage(.exists(path: nowhere))) {
            try RecordStore.create(at: nowhere)
        }
        // A link to an empty folder stands for it.
        try RecordStore.create(at: link)
        await #expect(try reader(of: scratch("empty")).info().transactions > 0)
        let folder = try UnfinishedFolder(for: scratch("taken"))
        try plant(folder.path + "/data.mdb")
        try plant(scratch("taken/data.mdb"))
        #expect(throws: StorageError.exists(path: scratch("taken"))) { try folder.finish() }
        let names = try manager.contentsOfDirectory(atPath: scratch.path).sorted()
        #expect(names == ["empty", "link", "nowhere", "taken"])
    }

    @Test func `of a rebuild is gone after the next write`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            _ = try await RecordStore.rebuild(at: path) {
                if $0.done > 0 { kill(getpid(), SIGKILL) }
            }
        }
        #expect(FileManager.default.fileExists(atPath: path + "/rebuild/data.mdb"))
        let store = try RecordStore(at: path)
        #expect(!FileManager.default.fileExists(atPath: path + "/rebuild"))
        try await store.session().create("Contact", ["LastName": "Ng"])
    }

    @Test func `of a check is gone after the next one`() async throws {
        let scratch = Scratch()
        let path = scratch("store")
        try RecordStore.create(at: path)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, folder = scratch("annals-scratch-1") as String] in
            _ = try await RecordStore.check(at: path, scratch: folder) {
                if $0.done > 0 { kill(getpid(), SIGKILL) }
            }
        }
        #expect(FileManager.default.fileExists(atPath: scratch("annals-scratch-1/data.mdb")))
        let report = try await RecordStore.check(at: path, scratch: scratch("annals-scratch-2"))
        #expect(report.isClean)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["store"])
    }
}
