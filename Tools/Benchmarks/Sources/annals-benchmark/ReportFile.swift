internal import Foundation
internal import Measuring

/// What a program reads: every measurement, the machine and the floors.
struct ReportFile: Encodable {
    struct Entry: Encodable {
        let round: Int
        let contender: String
        let work: String
        let count: UInt64
        let seconds: Double
        let processorSeconds: Double
        let peakResidentBytes: UInt64
        let storedBytes: UInt64
    }

    let machine: Machine
    let recordCount: UInt64
    let batch: UInt32
    let measurements: [Entry]
    let floors: [Floor]

    init(_ report: Report) {
        machine = report.machine
        recordCount = report.scale.recordCount
        batch = report.scale.batch
        floors = report.floors
        measurements = report.rounds.rounds.enumerated().flatMap { place, round in
            round.map { measurement in
                Entry(
                    round: place + 1,
                    contender: measurement.contender,
                    work: measurement.work.rawValue,
                    count: measurement.count,
                    seconds: measurement.seconds,
                    processorSeconds: measurement.processorSeconds,
                    peakResidentBytes: measurement.peakResidentBytes,
                    storedBytes: measurement.storedBytes
                )
            }
        }
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
