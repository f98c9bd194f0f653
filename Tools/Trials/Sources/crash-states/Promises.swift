import Annals
import Foundation

/// What the program has been promised so far, according to its marks.
struct Promises {
    private(set) var stores: [String: Position] = [:]
    private(set) var snapshot: String?
    private(set) var archivedTransactions: UInt64 = 0
    private(set) var count = 0

    mutating func take(_ mark: String) {
        count += 1
        let words = mark.split(separator: " ").map(String.init)
        switch words.first {
        case "made" where words.count == 2: stores[words[1]] = .beforeFirst
        case "position" where words.count == 3:
            let position = Position(UInt64(words[2]) ?? 0)
            stores[words[1]] = max(stores[words[1]] ?? .beforeFirst, position)
        case "snapshot" where words.count == 2: snapshot = words[1]
        case "archive" where words.count == 2: archivedTransactions = UInt64(words[1]) ?? 0
        default: break
        }
    }
}

/// A promise that is broken by a state of the disk.
struct Violation: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Compares what a power failure has left with what was promised, using the engine itself.
struct Judge {
    /// The whole history, as it was at the end.
    let history: [HistoryEvent]
    /// The folder with everything.
    let root: String
    let scratch: String

    /// - Parameter isThorough: Also writes to the store, and restores from what is there.
    func judge(_ promises: Promises, isThorough: Bool) async throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for (name, position) in promises.stores {
            try await judgeStore(name, upTo: position, isThorough: isThorough)
        }
        for name in names where name.hasPrefix("store") || name.hasPrefix("restored") {
            if promises.stores[name] == nil {
                try await judgeStore(name, upTo: .beforeFirst, isThorough: false)
            }
        }
        try await judgeSnapshots(promises, isThorough: isThorough)
        try await judgeArchive(promises, isThorough: isThorough)
    }

    private func judgeStore(
        _ name: String,
        upTo position: Position,
        isThorough: Bool
    ) async throws {
        let path = root + "/" + name
        let report = try await opened { () async throws(StoreError) in
            try await RecordStore.verify(at: path)
        }
        guard report.isClean else { throw Violation("\(name): \(report.findings)") }
        let last = try await opened { () async throws(StoreError) in
            try await compare(name, path, isReadOnly: true)
        }
        guard last >= position else {
            throw Violation("\(name) ends at \(last), and \(position) was promised")
        }
        guard isThorough else { return }
        try await write(path, behind: last)
    }

    /// The events must be a prefix of those that happened.
    private func compare(
        _ name: String,
        _ path: String,
        isReadOnly: Bool
    ) async throws(StoreError) -> Position {
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = isReadOnly
        configuration.allowsAnyFileSystem = true
        let store = try RecordStore(at: path, configuration: configuration)
        let events = try await store.session().events(limit: .max)
        for (event, expected) in zip(events, history) {
            // In the final history, the values of later erasures are gone.
            let isSame =
                event.position == expected.position && event.transaction == expected.transaction
                && event.kind == expected.kind && event.record == expected.record
                && event.time == expected.time
                && (event.changes == expected.changes || event.isErased || expected.isErased)
            guard isSame else {
                throw .fault(Fault(.invalidType, "\(name): event \(event.position) is another"))
            }
        }
        guard events.count <= history.count else {
            throw .fault(Fault(.invalidType, "\(name) has events that never happened"))
        }
        return try await store.lastPosition()
    }

    private func write(_ path: String, behind last: Position) async throws {
        do {
            var configuration = RecordStore.Configuration()
            configuration.allowsAnyFileSystem = true
            let store = try await opened { [configuration] () throws(StoreError) in
                try RecordStore(at: path, configuration: configuration)
            }
            let result = try await store.session().create([
                SObject("Contact", ["LastName": "After"])
            ])[0]
            guard result.isSuccess, result.position.map({ $0 > last }) == true else {
                throw Violation("\(path) takes no more writes: \(result)")
            }
            store.close()
        }
        let report = try await opened { () async throws(StoreError) in
            try await RecordStore.verify(at: path)
        }
        guard report.isClean else { throw Violation("after a write: \(report.findings)") }
    }

    private func judgeSnapshots(_ promises: Promises, isThorough: Bool) async throws {
        let folder = root + "/snapshots"
        guard FileManager.default.fileExists(atPath: folder) else {
            if promises.snapshot != nil { throw Violation("the snapshots are gone") }
            return
        }
        let (snapshots, damaged) = try StoreSnapshot.list(in: folder)
        guard damaged.isEmpty else { throw Violation("a snapshot is damaged: \(damaged)") }
        let names = snapshots.map { URL(fileURLWithPath: $0.path).lastPathComponent }
        if let promised = promises.snapshot, !names.contains(promised) {
            throw Violation("snapshot \(promised) is gone: \(names)")
        }
        guard isThorough, let newest = snapshots.last else { return }
        let report = try await newest.verify(scratch: scratch + "/snapshot")
        guard report.isClean else { throw Violation("\(newest.path): \(report.findings)") }
    }

    private func judgeArchive(_ promises: Promises, isThorough: Bool) async throws {
        let folder = root + "/archive"
        guard FileManager.default.fileExists(atPath: folder) else {
            if promises.archivedTransactions > 0 { throw Violation("the archive is gone") }
            return
        }
        let archive = try Archive.read(at: folder)
        let last = archive.transactions?.upperBound ?? 0
        guard last >= promises.archivedTransactions else {
            throw Violation("the archive ends at \(last): \(promises.archivedTransactions)")
        }
        guard isThorough, archive.transactions?.lowerBound == 1 else { return }
        let target = scratch + "/restored"
        defer { try? FileManager.default.removeItem(atPath: target) }
        var configuration = RecordStore.Configuration()
        configuration.allowsAnyFileSystem = true
        let restored = try await RecordStore.restore(
            to: target,
            archive: folder,
            configuration: configuration
        )
        guard restored.transactions == last else {
            throw Violation("of \(last) archived transactions \(restored.transactions) came back")
        }
    }

    /// Opens something that a writer's thread may keep open for a moment.
    private func opened<T>(
        _ open: () async throws(StoreError) -> T
    ) async throws -> T {
        for _ in 0..<2000 {
            do throws(StoreError) {
                return try await open()
            } catch {
                switch error {
                case .storage(.alreadyOpen), .storage(.lockedByAnotherProcess):
                    try await Task.sleep(for: .milliseconds(1))
                default: throw error
                }
            }
        }
        return try await open()
    }
}
