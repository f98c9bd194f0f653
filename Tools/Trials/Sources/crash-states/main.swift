import Annals
import Foundation

// Makes states that a power failure could have left from what was recorded, and compares each with
// what was promised by then:
//
//   crash-states TRACE FOLDER SCRATCH COUNT SEED PART PARTS
//
// TRACE has what happened below FOLDER, which is still as it was at the end. COUNT states are made
// in all, of which this process makes one in PARTS. The last line shows how many, and how many
// broke a promise; the exit code is 1 if any did. With ANNALS_CRASH_WITHOUT=sync, or =folders, the
// trace is read as if files, or folders, had never been synced: then some must.

func fail(_ text: String, _ code: Int32) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(code)
}

let arguments = CommandLine.arguments
guard arguments.count == 8, let wanted = Int(arguments[4]), let seed = UInt64(arguments[5]),
    let part = Int(arguments[6]), let parts = Int(arguments[7])
else { fail("usage: crash-states TRACE FOLDER SCRATCH COUNT SEED PART PARTS", 64) }
let (root, scratch) = (arguments[2], arguments[3] + "/\(part)")
/// What is left out of the trace, to check that this is noticed: "sync" or "folders".
let lie = ProcessInfo.processInfo.environment["ANNALS_CRASH_WITHOUT"]
let trace = try readTrace(arguments[1], root: root)

/// The history as it was at the end.
func wholeHistory() async throws -> [HistoryEvent] {
    var configuration = RecordStore.Configuration()
    configuration.isReadOnly = true
    return try await RecordStore(at: root + "/store", configuration: configuration).session()
        .events(limit: .max)
}

let judge = Judge(history: try await wholeHistory(), root: scratch + "/disk", scratch: scratch)
var image = try Image(at: scratch + "/disk")
var disk = Disk()
var promises = Promises()
var dice = Dice(state: seed)
var tried: Set<Int> = []
var (stateCount, violationCount, thoroughCount) = (0, 0, 0)
let steps = trace.count { if case .mark = $0 { false } else { true } }
// About the same number at each point; some points have few.
let perStep = max(4, wanted / max(1, steps))

for (index, recorded) in trace.enumerated() {
    switch recorded {
    case .mark(let mark): promises.take(mark)
    // A disk that lies must be found out, or this program finds nothing.
    case .sync where lie == "sync", .syncFolder where lie == "folders": continue
    default: disk.take(recorded)
    }
    for choice in disk.choices(atRandom: perStep, using: &dice).sorted(by: { $0.order < $1.order })
    {
        var hasher = Hasher()
        hasher.combine(disk.version)
        hasher.combine(choice)
        hasher.combine(promises.count)
        guard tried.insert(hasher.finalize()).inserted else { continue }
        stateCount += 1
        guard stateCount % parts == part else { continue }
        try image.show(choice, of: disk)
        let isThorough = stateCount / parts % 16 == 0
        if isThorough { thoroughCount += 1 }
        do {
            try await judge.judge(promises, isThorough: isThorough)
        } catch {
            violationCount += 1
            if violationCount <= 20 {
                print("step \(index), \(recorded.summary), \(choice.summary): \(error)")
            }
        }
        if isThorough || image.hasJournal { image.forget() }
    }
    if case .write(let file, _, _, isSynchronous: true) = recorded { disk.settleLast(of: file) }
    if index % 50 == 0, part == 0 {
        FileHandle.standardError.write(
            Data("\r\(index) of \(trace.count) steps, \(stateCount) states".utf8)
        )
    }
}
let own = stateCount / parts
print(
    "\(trace.count) steps, \(stateCount) states, of which \(own) here, \(thoroughCount) of them "
        + "written to and restored from: \(violationCount) broke a promise"
)
exit(violationCount > 0 ? 1 : 0)

extension Choice {
    /// The same in every run of the same trace.
    fileprivate var order: String { "\(nameCount) \(changes.sorted { $0.key < $1.key })" }

    fileprivate var summary: String {
        "\(nameCount) names, changes \(changes.keys.sorted().suffix(12))"
    }
}

extension Recorded {
    fileprivate var summary: String {
        switch self {
        case .write(let file, let offset, let bytes, _):
            "write of \(bytes.count) bytes at \(offset) to file \(file)"
        default: "\(self)"
        }
    }
}
