import Annals
import Foundation

// Makes the system refuse one call after another of programs that work on stores, and compares the
// outcome with what is promised:
//
//   faults COUNT SEED PROGRAMS SCRATCH [SCENARIO...]

func fail(_ text: String, _ code: Int32) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(code)
}

let arguments = CommandLine.arguments
guard arguments.count >= 5, let count = Int(arguments[1]), let seed = UInt64(arguments[2]) else {
    fail("usage: faults COUNT SEED PROGRAMS SCRATCH [SCENARIO...]", 64)
}
let bench = Bench(programs: arguments[3], scratch: arguments[4])
let all = [
    "create", "calls", "read", "snapshot", "archive", "restore", "compact", "trim", "rebuild",
    "prune", "verify", "checkpoint", "journal", "recover", "takeover", "load",
]
let scenarios = arguments.count > 5 ? Array(arguments[5...]) : all
if let unknown = scenarios.first(where: { !all.contains($0) }) {
    fail("there is no scenario \(unknown): \(all.joined(separator: ", "))", 64)
}

try FileManager.default.createDirectory(atPath: bench.base, withIntermediateDirectories: true)
let prepared = try bench.run("prepare", in: bench.base)
let troubles = prepared.lines.filter { $0.hasPrefix("refused") }
if let failure = prepared.failure ?? troubles.first { fail("unbroken: \(failure)", 1) }

let killed = try bench.run("leave", in: bench.base)
let left = Promised(killed.lines).left
guard left > 0, FileManager.default.fileExists(atPath: bench.base + "/left/journal") else {
    fail("no journal was left: \(killed)", 1)
}

/// The contents of a store that every scenario begins with; `left` is copied first, because opening
/// it would empty its journal.
func history(of name: String) async throws -> [HistoryEvent] {
    let copy = bench.scratch + "/copy"
    try FileManager.default.copyItem(atPath: bench.base + "/" + name, toPath: copy)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    var configuration = RecordStore.Configuration()
    configuration.isReadOnly = true
    return try await RecordStore(at: copy, configuration: configuration).session().events(
        limit: .max
    )
}

let histories = ["store": try await history(of: "store"), "left": try await history(of: "left")]
guard let last = histories["left"]?.last?.position.ordinal, last >= left else {
    fail("what was left does not go on to \(left)", 1)
}
let judge = Judge(bench: bench, histories: histories)
var calls: [String: [SystemCall]] = [:]
for scenario in scenarios {
    try bench.reset()
    let outcome = try bench.count(scenario)
    let refused = outcome.lines.filter { $0.hasPrefix("refused") }
    if let trouble = outcome.failure ?? refused.first { fail("unbroken: \(trouble)", 1) }
    calls[scenario] = outcome.calls
}
let plan = Fault.plan(calls, seed: seed)
let total = calls.values.reduce(0) { $0 + $1.count }
let sites = Set(calls.values.flatMap { $0.map { "\($0.kind) \($0.site)" } })
print("\(total) calls of the system at \(sites.count) sites, \(plan.count) ways to refuse one")

var (done, violations, unreached) = (0, 0, 0)
var (told, passed) = (0, 0)
var sitesRefused: Set<String> = []
var kinds: [String: Int] = [:]
for fault in plan where done < count {
    do {
        try bench.reset()
        let outcome = try bench.run(fault.scenario, refusing: fault)
        // With threads the numbers of two runs may differ, so that a call may not be reached.
        guard let met = outcome.calls.first else {
            unreached += 1
            continue
        }
        done += 1
        sitesRefused.insert("\(met.kind) \(met.site)")
        kinds[met.kind, default: 0] += 1
        let isTold = outcome.lines.contains { $0.hasPrefix("refused") }
        if isTold { told += 1 } else { passed += 1 }
        try judge.judgeWords(outcome, fault)
        try await judge.judgeDisk(outcome.lines, isOver: false)
        let again = try judge.judgeAgain(fault.scenario)
        try await judge.judgeDisk(outcome.lines + again, isOver: true)
    } catch {
        violations += 1
        print("\(fault): \(error)")
    }
    if done % 25 == 0 { FileHandle.standardError.write(Data("\r\(done) faults".utf8)) }
}
FileHandle.standardError.write(Data("\r".utf8))
let byKind = kinds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
print(
    "\(done) faults at \(sitesRefused.count) sites in \(scenarios.count) scenarios "
        + "(\(byKind.joined(separator: ", "))): \(told) told by an error, \(passed) made good, "
        + "\(unreached) more not reached; \(violations) broke a promise"
)
exit(violations > 0 ? 1 : 0)
