import Annals
import Foundation

/// A promise that was broken.
struct Violation: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Compares what the workload printed, and what it left, with what a store promises if the system
/// refuses something.
struct Judge {
    let bench: Bench
    /// The histories with which every scenario begins, by store.
    let histories: [String: [HistoryEvent]]
    /// The scenarios whose calls use a journal.
    private static let journaled: Set = ["journal", "takeover", "load"]

    /// Judges the output of the process that met the fault.
    func judgeWords(_ outcome: Bench.Outcome, _ fault: Fault) throws {
        if let failure = outcome.failure { throw Violation(failure) }
        let refusals = outcome.lines.filter { $0.hasPrefix("refused") }
        // If LMDB refuses what is in the journal, the writer stops, and all later calls are
        // refused.
        if refusals.isEmpty, !fault.mayPassUnnoticed,
            !Self.journaled.contains(fault.scenario)
        {
            throw Violation("no error was reported")
        }
        // fsyncgate: after a failed sync or write nothing is certain until the store has been
        // reopened.
        guard fault.scenario == "calls" || Self.journaled.contains(fault.scenario),
            !fault.mayPassUnnoticed
        else { return }
        var isStopped = false
        for line in outcome.lines {
            if line == "opened" { isStopped = false }
            if line.hasPrefix("refused call") { isStopped = true }
            if line.hasPrefix("did store") || line.hasPrefix("did left"), isStopped {
                throw Violation("a success after a failed write: \(line)")
            }
        }
    }

    /// Judges what is on the disk, where everything that was acknowledged must be.
    func judgeDisk(_ acknowledged: [String], isOver: Bool) async throws {
        var promised = Promised(acknowledged)
        for name in try FileManager.default.contentsOfDirectory(atPath: bench.root) {
            switch name {
            case "store": try await judgeStore(name, last: promised.store, isOver: isOver)
            case "left": try await judgeStore(name, last: promised.left, isOver: isOver)
            case "made", "replayed", "restored": try await judgeStore(name, last: 0, isOver: isOver)
            case "snapshots": try judgeSnapshots(&promised)
            case "archive": try judgeArchive(promised)
            default: break
            }
            promised.names.remove(name)
        }
        guard promised.names.isEmpty else { throw Violation("gone: \(promised.names)") }
    }

    private func judgeStore(_ name: String, last: UInt64, isOver: Bool) async throws {
        let path = bench.root + "/" + name
        do throws(StoreError) {
            let report = try await RecordStore.verify(at: path)
            guard report.isClean else { throw .closed }
            var configuration = RecordStore.Configuration()
            configuration.isReadOnly = true
            // The others are separate stores, and refuse this archive.
            if name == "store" || name == "restored" {
                configuration.archive = bench.root + "/archive"
            }
            let store = try RecordStore(at: path, configuration: configuration)
            let events = try await store.session().events(limit: .max)
            guard let history = histories[name] else { return }
            let ordinals = events.count == 0 ? 0 : try await store.lastPosition().ordinal
            let same = zip(events, history).allSatisfy { event, expected in
                event.position == expected.position && event.record == expected.record
                    && event.time == expected.time && event.kind == expected.kind
            }
            guard same, ordinals >= max(last, UInt64(history.count)) else { throw .readOnly }
        } catch {
            switch error {
            // Until a store has been rebuilt it says so itself.
            case .rebuildInterrupted where !isOver: return
            case .closed: throw Violation("\(name) does not verify")
            case .readOnly: throw Violation("\(name) has lost events: \(last) was promised")
            default: throw Violation("\(name): \(error)")
            }
        }
    }

    private func judgeSnapshots(_ promised: inout Promised) throws {
        let found = try StoreSnapshot.list(in: bench.root + "/snapshots")
        guard found.damaged.isEmpty else { throw Violation("damaged: \(found.damaged)") }
        let names = found.snapshots.map { URL(fileURLWithPath: $0.path).lastPathComponent }
        for name in promised.snapshots where !names.contains(name) {
            throw Violation("snapshot \(name) is gone")
        }
    }

    private func judgeArchive(_ promised: Promised) throws {
        let archive = try Archive.read(at: bench.root + "/archive")
        let last = archive.transactions?.upperBound ?? 0
        guard last >= promised.archive else {
            throw Violation("the archive ends at \(last): \(promised.archive) was promised")
        }
    }

    /// The same again, with nothing refused: nothing that was left may be in the way.
    func judgeAgain(_ scenario: String) throws -> [String] {
        let outcome = try bench.run(scenario, in: bench.root)
        if let failure = outcome.failure { throw Violation("once more: \(failure)") }
        let refused = outcome.lines.filter {
            $0.hasPrefix("refused") && !$0.contains("There is something at")
        }
        guard refused.isEmpty else { throw Violation("once more: \(refused)") }
        return outcome.lines
    }
}

/// What was acknowledged.
struct Promised {
    private(set) var store: UInt64 = 0
    private(set) var left: UInt64 = 0
    private(set) var archive: UInt64 = 0
    private(set) var snapshots: [String] = []
    var names: Set<String> = ["store", "left", "snapshots", "archive"]

    init(_ lines: [String]) {
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 1, words[0] == "did" else { continue }
            let last = words.last ?? ""
            switch words[1] {
            case "store": store = max(store, UInt64(last) ?? 0)
            case "left": left = max(left, UInt64(last) ?? 0)
            case "archive": archive = max(archive, UInt64(last) ?? 0)
            case "snapshot": snapshots.append(last)
            case "create": names.insert(last)
            case "restore": if words.count == 4 { names.insert(words[2]) }
            case "key": names.insert("key")
            default: break
            }
        }
    }
}
