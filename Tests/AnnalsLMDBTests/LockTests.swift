import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsLMDB

struct `The use of a store` {
    private let storage: Scratch
    private var path: String { storage.path }

    init() throws {
        storage = Scratch()
        let environment = try Environment(path: storage.path, options: .quick())
        try environment.put([[1]: [1]], in: try environment.makeTable("table"))
    }

    @Test func `is shared by readers, who keep away whoever needs it alone`() async throws {
        let use = Mutexed(try UseLock(path, .shared))
        await #expect(processExitsWith: .success) { [path = path as String] in
            let other = try UseLock(path, .shared)
            _ = try Environment(path: path, options: .readOnly)
            withExtendedLifetime(other) {}
        }
        await #expect(processExitsWith: .success) { [path = path as String] in
            for work in [StoreWork.compacting, .trimming, .rebuilding] {
                #expect(throws: StorageError.storeInUse(path: path)) {
                    try UseLock(path, .alone(work))
                }
            }
        }
        use.clear()
        _ = try UseLock(path, .alone(.compacting))
    }

    /// Whoever waits until the folder is closed finds no lock of this process on it.
    @Test func `ends before the folder counts as closed`() throws {
        var options = Environment.Options.quick()
        options.isOnlyWriter = true
        let identity = try FileSystem.identity(of: path)
        for _ in 0..<100 {
            let environment = Mutexed(try Environment(path: path, options: options))
            Thread.detachNewThread { environment.clear() }
            while OpenFolder.isOpen(identity) { sched_yield() }
            _ = try WriterLock(folder: path)
        }
    }

    @Test func `by a writer is told apart from that by readers`() async throws {
        var options = Environment.Options.quick()
        options.isOnlyWriter = true
        let environment = try Environment(path: path, options: options)
        await #expect(processExitsWith: .success) { [path = path as String] in
            #expect(throws: StorageError.lockedByAnotherProcess(path: path)) {
                try UseLock(path, .alone(.trimming))
            }
        }
        withExtendedLifetime(environment) {}
    }

    @Test(arguments: [StoreWork.compacting, .trimming, .rebuilding])
    func `by one alone is told to others, with what is under way`(_ work: StoreWork) async throws {
        let use = try UseLock(path, .alone(work))
        await #expect(processExitsWith: .success) {
            [path = path as String, raw = work.rawValue as Int32] in
            let work = try #require(StoreWork(rawValue: raw))
            #expect(throws: StorageError.busy(path: path, work: work)) {
                try Environment(path: path, options: .readOnly)
            }
            #expect(throws: StorageError.busy(path: path, work: work)) {
                try UseLock(path, .alone(.compacting))
            }
        }
        // In this process the error is another one: the store is open already.
        #expect(throws: StorageError.alreadyOpen(path: path)) {
            try Environment(path: path, options: .readOnly)
        }
        withExtendedLifetime(use) {}
    }

    @Test func `is waited for while somebody has it alone for a moment`() async throws {
        let use = Mutexed(try UseLock(path, .alone(.compacting)))
        async let opened = #expect(processExitsWith: .success) { [path = path as String] in
            _ = try Environment(path: path, options: .readOnly)
        }
        try await Task.sleep(for: .milliseconds(400))
        use.clear()
        _ = await opened
    }

    @Test func `ends with the process, however that ends`() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let use = try UseLock(path, .alone(.rebuilding))
            kill(getpid(), SIGKILL)
            withExtendedLifetime(use) {}
        }
        _ = try Environment(path: path, options: .readOnly)
    }

    @Test func `goes on being known when the lock file is removed`() async throws {
        let environment = try Environment(path: path, options: .readOnly)
        try FileManager.default.removeItem(atPath: path + "/lock.mdb")
        await #expect(processExitsWith: .success) { [path = path as String] in
            // A new table of readers would not list the existing reader, and its pages would be
            // overwritten.
            for options in [Environment.Options.readOnly, .quick()] {
                #expect(throws: StorageError.lockFileMissing(path: path)) {
                    try Environment(path: path, options: options)
                }
            }
        }
        withExtendedLifetime(environment) {}
    }

    @Test func `begins at once in several processes, where there is no lock file yet`() async throws
    {
        try FileManager.default.removeItem(atPath: path + "/lock.mdb")
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask { [path] in
                    await #expect(processExitsWith: .success) { [path = path as String] in
                        let environment = try Environment(path: path, options: .readOnly)
                        let table = try #require(try environment.existingTables(["table"])[0])
                        #expect(try environment.value(of: [1], in: table) == [1])
                    }
                }
            }
        }
    }

    @Test func `is noticed to be that of another store, where a data file was replaced`()
        async throws
    {
        let environment = try Environment(path: path, options: .readOnly)
        let other = Scratch()
        try {
            let environment = try Environment(path: other.path, options: .quick())
            let table = try environment.makeTable("table")
            for number in UInt8(0)..<40 { try environment.put([[number]: [1]], in: table) }
        }()
        #expect(environment.isInPlace)
        try FileManager.default.removeItem(atPath: path + "/data.mdb")
        try FileManager.default.moveItem(atPath: other("data.mdb"), toPath: path + "/data.mdb")
        #expect(!environment.isInPlace)
        await #expect(processExitsWith: .success) { [path = path as String] in
            #expect(throws: StorageError.replaced(path: path)) {
                try Environment(path: path, options: .readOnly)
            }
        }
    }
}

struct `The right to write` {
    private func makeStore() throws -> Scratch {
        let scratch = Scratch()
        _ = try Environment(path: scratch.path, options: .quick())
        return scratch
    }

    /// Either file may be removed or replaced by hand: the other one remains locked.
    @Test(arguments: ["writer.lock", "data.mdb"])
    func `survives the loss of a file that carries it`(_ name: String) async throws {
        let scratch = try makeStore()
        let lock = try WriterLock(folder: scratch.path)
        let copy = scratch("copy")
        try FileManager.default.copyItem(atPath: scratch(name), toPath: copy)
        try FileManager.default.removeItem(atPath: scratch(name))
        if name == "data.mdb" {
            try FileManager.default.moveItem(atPath: copy, toPath: scratch(name))
        }
        await #expect(processExitsWith: .success) { [path = scratch.path as String] in
            #expect(throws: StorageError.lockedByAnotherProcess(path: path)) {
                try WriterLock(folder: path)
            }
        }
        withExtendedLifetime(lock) {}
    }

    @Test func `that this process has is told to be its own`() throws {
        let scratch = try makeStore()
        let lock = try WriterLock(folder: scratch.path)
        #expect(throws: StorageError.alreadyOpen(path: scratch.path)) {
            try WriterLock(folder: scratch.path)
        }
        withExtendedLifetime(lock) {}
    }

    @Test func `is not given beside readers that have no place in the table`() async throws {
        let scratch = try makeStore()
        let readers = try [1, 2].map { _ in try WriterLock(folder: scratch.path, isShared: true) }
        await #expect(processExitsWith: .success) { [path = scratch.path as String] in
            #expect(throws: StorageError.storeInUse(path: path)) { try WriterLock(folder: path) }
        }
        withExtendedLifetime(readers) {}
    }
}

struct `A folder for work that is thrown away` {
    @Test func `is removed by the next one, where its process was killed`() async throws {
        let scratch = Scratch()
        let dead = scratch(ScratchFolder.prefix + "dead")
        await #expect(processExitsWith: .signal(SIGKILL)) { [dead = dead as String] in
            let folder = try ScratchFolder(at: dead)
            try Data([1]).write(to: URL(filePath: folder.path + "/data.mdb"))
            kill(getpid(), SIGKILL)
            withExtendedLifetime(folder) {}
        }
        #expect(FileManager.default.fileExists(atPath: dead + "/data.mdb"))
        let living = try ScratchFolder(at: scratch(ScratchFolder.prefix + "living"))
        #expect(!FileManager.default.fileExists(atPath: dead))
        try Data([1]).write(to: URL(filePath: living.path + "/data.mdb"))
        try FileManager.default.createDirectory(
            atPath: scratch("another's"),
            withIntermediateDirectories: true
        )

        await #expect(processExitsWith: .success) { [path = scratch.path as String] in
            _ = try ScratchFolder(at: path + "/" + ScratchFolder.prefix + "other")
        }

        #expect(FileManager.default.fileExists(atPath: living.path + "/data.mdb"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).count == 2)
    }
}

/// A value that can be released at a chosen moment.
private final class Mutexed<T: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: T?
    init(_ value: T) { self.value = value }
    func clear() { lock.withLock { value = nil } }
}

struct `A file with many tables` {
    @Test func `is opened again, however many there are`() throws {
        let scratch = Scratch()
        var count = 0
        for _ in 0..<2 {
            let environment = try Environment(path: scratch.path, options: .quick())
            var writer = try WriteTransaction(in: environment)
            do throws(StorageError) {
                while count < 5000 {
                    _ = try writer.openTable("table \(count)")
                    count += 1
                }
            } catch {
                // Not damage, but a limit, which is higher when the file is opened again.
                #expect(error == .tooManyTables)
                #expect(count >= 4000)
            }
            try writer.commit()
        }
        #expect(count == 5000)
        let environment = try Environment(path: scratch.path, options: .readOnly)
        #expect(try environment.existingTables(["table 4999"])[0] != nil)
    }
}
