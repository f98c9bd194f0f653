internal import Annals
internal import Foundation
internal import Measuring

/// Writes a line at once: `print` buffers lines if the output is not a terminal.
func write(_ line: String, to file: FileHandle = .standardOutput) {
    file.write(Data((line + "\n").utf8))
}

func complain(_ line: String) { write(line, to: .standardError) }

// Concurrent: a call that is awaited on the main thread would pay for the way back to it.
@concurrent
func run(_ options: Options) async throws {
    let scratch = try Scratch(in: options.folder)
    let scale = Scale(recordCount: options.recordCount)
    let machine = Machine.current()
    for line in machine.lines { complain(line) }
    let engines: [any Contender] =
        [1, 4, 64].map { EngineContender(callers: $0, in: scratch.path, scale: scale) }
        + [1, 64].map { EngineContender(callers: $0, .journaled, in: scratch.path, scale: scale) }
    let libraries: [any Contender] = StorageContender.available(
        StorageContender.Library.allCases.filter { options.asks(for: $0.rawValue) },
        in: scratch.path,
        scale: scale,
        complain: complain
    )
    var rounds = Rounds(
        engines.filter { options.asks(for: $0.name) } + libraries,
        works: Work.allCases.filter { options.works.isEmpty || options.works.contains($0) }
    )
    for _ in 0..<options.roundCount {
        try await rounds.run { measurement, round in
            complain(
                "round \(round) of \(options.roundCount): \(measurement.work.rawValue) "
                    + "\(measurement.contender) \(Int(measurement.perSecond)) a second"
            )
        }
    }
    let floors = Floor.all(rounds, scale)
    let report = Report(rounds: rounds, scale: scale, machine: machine, floors: floors)
    if let file = options.jsonFile { try ReportFile(report).write(to: file) }
    if let file = options.chartFile { try Chart(report)?.write(to: file) }
    write(report.text)
}

do {
    let options = try Options(CommandLine.arguments.dropFirst())
    if options.asksForHelp {
        write(Options.usage)
    } else {
        try await run(options)
    }
} catch let misuse as Options.Misuse {
    complain(misuse.reason + "\n\n" + Options.usage)
    exit(2)
} catch {
    complain("\(error)")
    exit(1)
}
