import AnnalsBytes
import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsLMDB

struct `Another process` {
    @Test func `that dies while it reads leaves a place that is cleared`() async throws {
        let storage = try Storage()
        try storage.environment.put([[1]: [1]], in: storage.table)
        #expect(try storage.environment.clearStaleReaders() == 0)

        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = storage.scratch.path as String] in
            let environment = try Environment(path: path, options: .readOnly)
            let table = try #require(try environment.existingTables(["table"])[0])
            let reader = try ReadTransaction(in: environment)
            _ = try reader.count(of: table)
            kill(getpid(), SIGKILL)
            _ = try reader.count(of: table)
        }

        #expect(try storage.environment.clearStaleReaders() == 1)
        #expect(try storage.environment.clearStaleReaders() == 0)
    }

    /// Otherwise the pages that the dead reader may have seen would never be used again.
    @Test func `that died while it read does not let the file grow for ever`() async throws {
        let storage = try Storage()
        try storage.environment.put([[1]: [1]], in: storage.table)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = storage.scratch.path as String] in
            let environment = try Environment(path: path, options: .readOnly)
            let reader = try ReadTransaction(in: environment)
            kill(getpid(), SIGKILL)
            _ = consume reader
        }
        try storage.environment.clearStaleReaders()

        for round in UInt8(0)..<100 {
            let value = [UInt8](repeating: round, count: 100_000)
            try storage.environment.put([[1]: value], in: storage.table)
        }

        #expect(storage.environment.map.usedBytes < 1 << 20)
    }

    @Test func `that dies while it writes leaves nothing, and the next writer is not blocked`()
        async throws
    {
        let storage = try Storage()
        try storage.environment.put([[1]: [1]], in: storage.table)

        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = storage.scratch.path as String] in
            let environment = try Environment(path: path, options: .quick())
            let table = try #require(try environment.existingTables(["table"])[0])
            var writer = try WriteTransaction(in: environment)
            try writer.put([2].rawSpan, forKey: [1].rawSpan, in: table)
            try writer.put([3].rawSpan, forKey: [3].rawSpan, in: table)
            kill(getpid(), SIGKILL)
            try writer.commit()
        }

        #expect(try storage.environment.entries(of: storage.table) == [Pair(key: [1], value: [1])])
        try storage.environment.put([[2]: [2]], in: storage.table)
        #expect(try storage.environment.entries(of: storage.table).count == 2)
    }

    @Test func `cannot write where this one holds the lock`() async throws {
        let scratch = Scratch()
        let lock = try WriterLock(folder: scratch.path)

        await #expect(processExitsWith: .success) { [path = scratch.path as String] in
            #expect(throws: StorageError.lockedByAnotherProcess(path: path)) {
                try WriterLock(folder: path)
            }
        }

        withExtendedLifetime(lock) {}
    }

    @Test func `gives the lock back however it ends`() async throws {
        let scratch = Scratch()

        await #expect(processExitsWith: .signal(SIGKILL)) { [path = scratch.path as String] in
            let lock = try WriterLock(folder: path)
            kill(getpid(), SIGKILL)
            withExtendedLifetime(lock) {}
        }

        try { _ = try WriterLock(folder: scratch.path) }()
        try { _ = try WriterLock(folder: scratch.path) }()
    }
}

struct `A forked child` {
    private typealias Fork = @convention(c) () -> pid_t

    /// Swift hides `fork`, for good reasons.
    private static func fork() throws -> pid_t {
        unsafeBitCast(try #require(dlsym(nil, "fork")), to: Fork.self)()
    }

    /// In a process of its own: a forked child has only the thread that forked.
    @Test func `is refused by an environment of its parent`() async throws {
        await #expect(processExitsWith: .success) {
            let storage = try Storage()
            try storage.environment.put([[1]: [1]], in: storage.table)
            let child = try `A forked child`.fork()
            if child == 0 {
                _exit(`A forked child`.isRefused(storage) ? 0 : 1)
            }
            var status: Int32 = -1
            waitpid(child, &status, 0)
            #expect(status == 0)
            #expect(try storage.environment.value(of: [1], in: storage.table) == [1])
        }
    }

    /// A process that is being spawned inherits it for a moment, between fork and exec.
    @Test func `does not keep the lock that its parent has given back`() async throws {
        await #expect(processExitsWith: .success) {
            let scratch = Scratch()
            var lock: WriterLock? = try WriterLock(folder: scratch.path)
            let child = try `A forked child`.fork()
            if child == 0 {
                while true { pause() }
            }
            #expect(lock != nil)
            lock = nil
            defer { kill(child, SIGKILL) }

            #expect(throws: Never.self) { try WriterLock(folder: scratch.path) }
        }
    }

    fileprivate static func isRefused(_ storage: Storage) -> Bool {
        do throws(StorageError) {
            _ = try ReadTransaction(in: storage.environment)
            return false
        } catch {
            guard error == .forked else { return false }
        }
        do throws(StorageError) {
            _ = try WriteTransaction(in: storage.environment)
            return false
        } catch {
            return error == .forked
        }
    }
}
