import Annals
import Foundation

// Works on stores below a folder, under the recorder, and after each call marks what it was
// promised:
//
//   crash-workload calls FOLDER COUNT SEED      durable calls by three callers at once
//   crash-workload journal FOLDER COUNT SEED    the same with a journal; two callers, who also read
//   crash-workload recovery FOLDER COUNT SEED   snapshots, an archive, restores, compactions
//
// Marks: "made NAME", "position NAME P" (all events up to P are durable), "snapshot NAME" (of the
// newest), "archive N" (transactions), each on a line.

/// Passes promises to the recorder.
final class Marks: Sendable {
    private let file: FileHandle

    init(besides root: String) throws {
        let path = root + ".marks"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw CocoaError(.fileNoSuchFile)
        }
        self.file = file
    }

    func say(_ text: String) throws { try file.write(contentsOf: Data((text + "\n").utf8)) }
}

struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
    }
}

/// Makes one call on one of the caller's records, or on a new one.
func makeCall(
    _ session: Session,
    _ ids: inout [RecordID],
    _ dice: inout Dice,
    erases: Bool
) async throws -> Position? {
    let words = String(repeating: "call me back ", count: Int.random(in: 1...60, using: &dice))
    let choice = Int.random(in: 0..<10, using: &dice)
    guard choice > 3, let id = ids.randomElement(using: &dice) else {
        let count = Int.random(in: 1...6, using: &dice)
        let record = SObject("ContactRequest", ["RequestDescription": .text(words)])
        let results = try await session.create(Array(repeating: record, count: count))
        ids += results.compactMap(\.id)
        return results.compactMap(\.position).max()
    }
    switch choice {
    case 4...6:
        let fields: KeyValuePairs<String, Value> = [
            "RequestDescription": .text(words), "Status": "Contacted",
        ]
        return try await session.update([SObject("ContactRequest", id: id, fields)])[0].position
    case 7: return try await session.delete([RecordReference(id)])[0].position
    case 8: return try await session.undelete([RecordReference(id)])[0].position
    default:
        guard erases else { return nil }
        let results = try await session.erase([RecordReference(id)], reason: "asked for")
        return results.compactMap(\.position).max()
    }
}

func makeStore(_ path: String, _ name: String, _ marks: Marks) throws {
    try RecordStore.create(at: path)
    try marks.say("made \(name)")
}

/// Makes calls, with each caller on its own records.
///
/// With a journal a caller reads its last record now and then, which must bring everything to LMDB.
func calls(
    _ root: String,
    _ count: Int,
    _ seed: UInt64,
    callers: Int,
    _ durability: Durability,
    _ marks: Marks
) async throws {
    let path = root + "/store"
    try makeStore(path, "store", marks)
    var configuration = RecordStore.Configuration()
    configuration.durability = durability
    let store = try RecordStore(at: path, configuration: configuration)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for caller in 0..<callers {
            group.addTask {
                var dice = Dice(state: seed &+ UInt64(caller) &* 77)
                var ids: [RecordID] = []
                for step in 0..<(count / callers) {
                    if durability == .journaled, step % 24 == 23, let last = ids.last {
                        let found = [RecordReference(last)]
                        _ = try await store.session().retrieve(from: "ContactRequest", ids: found)
                    }
                    let position = try await makeCall(
                        store.session(),
                        &ids,
                        &dice,
                        erases: true
                    )
                    if let position { try marks.say("position store \(position)") }
                }
            }
        }
        try await group.waitForAll()
    }
}

func recovery(_ root: String, _ count: Int, _ seed: UInt64, _ marks: Marks) async throws {
    let path = root + "/store"
    let (snapshots, archive) = (root + "/snapshots", root + "/archive")
    try makeStore(path, "store", marks)
    var dice = Dice(state: seed)
    var ids: [RecordID] = []
    for round in 0..<count {
        try await work(path, snapshots, archive, round, &ids, &dice, marks)
        if round % 3 == 2 {
            // The writer's thread may keep the store open for a moment.
            while true {
                do throws(StoreError) {
                    try await RecordStore.compact(at: path)
                    break
                } catch .storage(.lockedByAnotherProcess) {
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
        }
        if round % 4 == 1 {
            let name = "restored\(round)"
            let restored = try await RecordStore.restore(
                to: root + "/" + name,
                // After pruning, the beginning of the log is only in the snapshots.
                snapshots: round == 1 ? nil : snapshots,
                archive: archive
            )
            try marks.say("made \(name)")
            try marks.say("position \(name) \(restored.lastPosition)")
        }
    }
}

func work(
    _ path: String,
    _ snapshots: String,
    _ archive: String,
    _ round: Int,
    _ ids: inout [RecordID],
    _ dice: inout Dice,
    _ marks: Marks
) async throws {
    let store = try RecordStore(at: path)
    for _ in 0..<4 {
        let position = try await makeCall(store.session(), &ids, &dice, erases: false)
        if let position { try marks.say("position store \(position)") }
    }
    let snapshot = try await store.takeSnapshot(in: snapshots)
    try marks.say("snapshot \(URL(fileURLWithPath: snapshot.path).lastPathComponent)")
    let archived = try await store.archive(to: archive)
    try marks.say("archive \(archived.transactions?.upperBound ?? 0)")
    if round % 5 == 4 {
        let report = try StoreSnapshot.prune(
            in: snapshots,
            archive: archive,
            retention: Retention(count: 2, days: 0)
        )
        try marks.say("pruned \(report.removed.count)")
    }
    store.close()
}

let arguments = CommandLine.arguments
guard arguments.count == 5, let count = Int(arguments[3]), let seed = UInt64(arguments[4]) else {
    FileHandle.standardError.write(Data("usage: crash-workload KIND FOLDER COUNT SEED\n".utf8))
    exit(64)
}
let marks = try Marks(besides: arguments[2])
switch arguments[1] {
case "calls": try await calls(arguments[2], count, seed, callers: 3, .grouped, marks)
case "journal": try await calls(arguments[2], count, seed, callers: 2, .journaled, marks)
case "recovery": try await recovery(arguments[2], count, seed, marks)
default: exit(64)
}
