import AnnalsBytes
import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsLMDB

struct `An environment` {
    @Test func `is opened once in a process, whatever path leads to it`() throws {
        let storage = try Storage()
        let path = storage.scratch.path
        let link = path + "-link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        defer { try? FileManager.default.removeItem(atPath: link) }

        for other in [path, path + "/", path + "/../" + (path as NSString).lastPathComponent, link]
        {
            #expect(throws: StorageError.alreadyOpen(path: other)) {
                try Environment(path: other, options: .quick())
            }
            #expect(throws: StorageError.alreadyOpen(path: other)) {
                try Environment(path: other, options: .readOnly)
            }
        }
        // The refused attempts did not release the locks of the open environment.
        try storage.environment.put([[1]: [2]], in: storage.table)
        #expect(try storage.environment.value(of: [1], in: storage.table) == [2])
    }

    @Test func `has room on the disk for all that its lock file may hold`() throws {
        let storage = try Storage()
        let path = storage.scratch.path
        var status = stat()
        #expect(unsafe stat(path + "/lock.mdb", &status) == 0)
        #expect(status.st_size > 1022 * 60)
        #expect(Int(status.st_blocks) * 512 >= Int(status.st_size))
    }

    @Test func `is opened again once it was closed`() throws {
        let scratch = Scratch()
        for round in UInt8(0)..<20 {
            let environment = try Environment(path: scratch.path, options: .quick())
            let table = try environment.makeTable("table")
            #expect(try environment.entries(of: table).count == Int(round))
            try environment.put([[round]: [round]], in: table)
        }
    }

    @Test func `is another one than that of a folder which was removed meanwhile`() throws {
        let scratch = Scratch()
        var removed: [Environment] = []
        // The file system tends to reuse the inode number of a deleted folder for the next one.
        for round in 0..<20 {
            let path = scratch("folder \(round)")
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            removed.append(try Environment(path: path, options: .quick()))
            try FileManager.default.removeItem(atPath: path)
        }
        #expect(removed.count == 20)
    }

    @Test func `is opened after an attempt that failed`() throws {
        let scratch = Scratch()
        let file = scratch("data.mdb")
        try Data("no database".utf8).write(to: URL(fileURLWithPath: file))
        #expect(throws: StorageError.self) { try Environment(path: scratch.path) }
        try FileManager.default.removeItem(atPath: file)

        let environment = try Environment(path: scratch.path, options: .quick())

        #expect(try environment.existingTables(["table"]) == [nil])
    }

    @Test func `tells which tables there are`() throws {
        let storage = try Storage()

        let found = try storage.environment.existingTables(["none", "table", "other"])

        #expect(found == [nil, storage.table, nil])
    }

    @Test func `that is only read takes no writes and shows what is there`() throws {
        let scratch = Scratch()
        try {
            let environment = try Environment(path: scratch.path, options: .quick())
            try environment.put([[1]: [2]], in: try environment.makeTable("table"))
        }()

        let environment = try Environment(path: scratch.path, options: .readOnly)
        let table = try #require(try environment.existingTables(["table"])[0])

        #expect(try environment.value(of: [1], in: table) == [2])
        #expect(throws: StorageError.self) {
            let writer = try WriteTransaction(in: environment)
            try writer.commit()
        }
        #expect(try environment.value(of: [1], in: table) == [2])
    }

    @Test func `that is only read is not made`() throws {
        let scratch = Scratch()

        #expect(throws: StorageError.notAStore(path: scratch.path, finding: "it holds no data.mdb"))
        {
            try Environment(path: scratch.path, options: .readOnly)
        }

        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
    }

    @Test func `needs its folder`() {
        let path = Scratch()("none")

        #expect(throws: StorageError.self) { try Environment(path: path) }

        #expect(!FileManager.default.fileExists(atPath: path))
    }
}

struct `A file that is no data file` {
    private let scratch = Scratch()

    private func expectRefusal(of data: Data, _ options: Environment.Options) throws {
        let file = URL(fileURLWithPath: scratch("data.mdb"))
        try data.write(to: file)

        #expect {
            try Environment(path: scratch.path, options: options)
        } throws: { error in
            guard case .notAStore(scratch.path, _)? = error as? StorageError else { return false }
            return true
        }

        #expect(try Data(contentsOf: file) == data)
    }

    @Test(
        arguments: [
            Data(), Data([0]), Data("SQLite format 3\0".utf8) + Data(count: 8176),
            Data(count: 1 << 16), Data(repeating: 0xFF, count: 1 << 16),
        ]
    )
    func `is refused and left as it is`(data: Data) throws {
        try expectRefusal(of: data, .quick())
        try expectRefusal(of: data, .readOnly)
    }

    @Test func `is refused where its end is cut off`() throws {
        let whole = try storedFile(scratch)
        for count in [16, 4095, 4096, 8191, 8192, whole.count / 2, whole.count - 4096] {
            try expectRefusal(of: whole.prefix(count), .quick())
        }
    }

    @Test func `is refused where both of its beginnings are damaged`() throws {
        var data = try storedFile(scratch)
        for page in 0..<2 {
            for index in page * 4096..<(page * 4096 + 64) { data[index] ^= 0x5A }
        }

        try expectRefusal(of: data, .quick())
    }

    /// A file that is used up to its last page: values of several pages, none of them freed.
    private func storedFile(_ scratch: Scratch) throws -> Data {
        try {
            let environment = try Environment(path: scratch.path, options: .quick())
            let table = try environment.makeTable("table")
            var entries: [[UInt8]: [UInt8]] = [:]
            for key in UInt8(0)..<40 { entries[[key]] = Array(repeating: key, count: 9000) }
            try environment.put(entries, in: table)
        }()
        return try Data(contentsOf: URL(fileURLWithPath: scratch("data.mdb")))
    }
}
