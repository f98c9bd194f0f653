internal import Annals
internal import Foundation

// What history costs: verify, check, snapshot compared with cp, archive, restore. The store has the
// given number of records, a fifth of which were changed later; every figure is the median of
// three.
//
//   swift run -c release --package-path Tools/Benchmarks recovery-benchmark 1000000 [FOLDER]

struct Figures {
    let folder: String
    let recordCount: Int

    var store: String { folder + "/store" }

    func median(_ body: (Int) async throws -> Void) async rethrows -> Double {
        var seconds: [Double] = []
        for round in 0..<3 {
            seconds.append(try await self.seconds { try await body(round) })
        }
        return seconds.sorted()[1]
    }

    func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    func tell(_ what: String, _ figure: Double, _ unit: String, floor: Double? = nil) {
        let number = figure >= 100 ? "\(Int(figure))" : String(format: "%.2f", figure)
        let verdict = floor.map { figure >= $0 ? "  met (\($0))" : "  MISSED (\($0))" } ?? ""
        print("\(what): \(number) \(unit)\(verdict)")
    }

    func remove(_ name: String) {
        try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }

    func size(_ name: String) throws -> Double {
        let path = folder + "/" + name
        var isFolder: ObjCBool = false
        _ = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let names =
            isFolder.boolValue ? try FileManager.default.subpathsOfDirectory(atPath: path) : [""]
        return try names.reduce(0) { sum, name in
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { return sum }
            return sum + (attributes[.size] as? Double ?? 0)
        }
    }

    func fill() async throws {
        try RecordStore.create(at: store)
        var configuration = RecordStore.Configuration()
        configuration.durability = .onDemand
        let store = try RecordStore(at: store, configuration: configuration)
        defer { store.close() }
        let session = store.session(origin: "benchmark")
        var ids: [RecordID] = []
        let statuses = ["New", "Contacted", "Attempted"]
        func record(_ number: Int) -> SObject {
            let words = String(repeating: "call me back please ", count: 4 + number % 8)
            return SObject(
                "ContactRequest",
                [
                    "PreferredPhone": .text("+1 555 \(1_000_000 + number)"),
                    "Status": .text(statuses[number % 3]),
                    "RequestDescription": .text(words),
                ]
            )
        }
        for start in stride(from: 0, to: recordCount, by: 200) {
            let some = (start..<min(recordCount, start + 200)).map(record)
            ids += try await session.create(some).compactMap(\.id)
        }
        for start in stride(from: 0, to: ids.count / 5, by: 200) {
            let changes = (start..<min(ids.count / 5, start + 200)).map { place in
                var change = record(place + 1)
                change.id = .id(ids[place * 5])
                return change
            }
            _ = try await session.update(changes)
        }
        try await store.synchronize()
    }

    func measure() async throws {
        let events = Double(try await RecordStore.verify(at: store).events)
        let million = events / 1_000_000
        let verified = try await median { _ in _ = try await RecordStore.verify(at: store) }
        tell("verify, pages and all", events / verified, "events/s", floor: 500_000)
        let checked = try await median { round in
            _ = try await RecordStore.check(at: store, scratch: folder + "/check \(round)")
        }
        tell("check, by a replay", events / checked, "events/s")

        let open = try RecordStore(at: store)
        // The speed of the disk varies: both in turn, and the median of the ratios.
        var ratios: [Double] = []
        for _ in 0..<5 {
            remove("copy")
            remove("snapshots")
            let copied = try await seconds {
                let copy = Process()
                copy.executableURL = URL(filePath: "/bin/sh")
                // As durable as a snapshot.
                copy.arguments = [
                    "-c", "cp '\(store)/data.mdb' '\(folder)/copy' && sync '\(folder)/copy'",
                ]
                try copy.run()
                copy.waitUntilExit()
            }
            ratios.append(
                copied
                    / (try await seconds { try await open.takeSnapshot(in: folder + "/snapshots") })
            )
        }
        tell("snapshot beside cp and sync", ratios.sorted()[2], "times", floor: 0.5)
        let archived = try await median { round in
            remove("archive")
            try await open.archive(to: folder + "/archive")
        }
        tell("archive", events / archived, "events/s")
        let archive = try Archive.read(at: folder + "/archive")
        tell(
            "archive's bytes of the log's",
            Double(archive.fileBytes) / Double(archive.logBytes),
            ""
        )
        let replayed = try await median { round in
            remove("replayed")
            _ = try await open.replay(to: folder + "/replayed")
        }
        tell("replay into an empty store", events / replayed, "events/s", floor: 200_000)
        open.close()
        for (what, snapshots, archive) in [
            ("archive", nil, folder + "/archive"), ("snapshot", folder + "/snapshots", nil),
        ] as [(String, String?, String?)] {
            let restored = try await median { round in
                remove("restored")
                _ = try await RecordStore.restore(
                    to: folder + "/restored",
                    snapshots: snapshots,
                    archive: archive
                )
            }
            tell("restore from the \(what)", restored / million, "s a million events")
        }
        tell("the store", try size("store") / events, "bytes an event")
    }
}

let arguments = CommandLine.arguments
let figures = Figures(
    folder: (arguments.count > 2 ? arguments[2] : FileManager.default.temporaryDirectory.path)
        + "/annals-recovery-\(ProcessInfo.processInfo.processIdentifier)",
    recordCount: arguments.count > 1 ? Int(arguments[1]) ?? 100_000 : 100_000
)
try FileManager.default.createDirectory(
    atPath: figures.folder,
    withIntermediateDirectories: true
)
defer { try? FileManager.default.removeItem(atPath: figures.folder) }
try await figures.fill()
try await figures.measure()
