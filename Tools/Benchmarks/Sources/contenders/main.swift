internal import Foundation
internal import Measuring

/// Writes a line at once: `print` buffers lines if the output is not a terminal.
func write(_ line: String, to file: FileHandle = .standardOutput) {
    file.write(Data((line + "\n").utf8))
}

func complain(_ line: String) { write(line, to: .standardError) }

@concurrent
func run(_ options: Options) async throws {
    let scratch = try Scratch(in: options.folder)
    let scale = Scale(recordCount: options.recordCount, batch: options.batch)
    let libraries = StorageContender.Library.allCases.filter(options.libraries.contains)
    complain(libraries.map(\.version).joined(separator: "; "))
    var rounds = Rounds(
        StorageContender.available(libraries, in: scratch.path, scale: scale, complain: complain),
        works: Work.allCases.filter(options.works.contains)
    )
    for _ in 0..<options.roundCount {
        try await rounds.run { measurement, round in write(measurement.json(round: round)) }
    }
    guard options.roundCount > 1 else { return }
    for comparison in rounds.comparisons(to: StorageContender.Library.lmdb.rawValue) {
        write(comparison.json(rounds: options.roundCount))
    }
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
