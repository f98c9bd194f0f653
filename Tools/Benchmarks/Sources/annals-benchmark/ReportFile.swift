internal import Foundation
internal import Measuring

/// The report for programs: every measurement, the machine and the floors.
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
        let writtenBytes: UInt64
    }

    struct Ratio: Encodable {
        let work: String
        let contender: String
        let base: String
        let median: Double
        let lowest: Double
        let highest: Double
    }

    let machine: Machine
    let recordCount: UInt64
    let batch: UInt32
    let measurements: [Entry]
    /// The ratios of the speeds, round by round.
    let ratios: [Ratio]
    let floors: [Floor]
    /// The bytes of the values of one record, on average.
    let valueBytesOfRecord: Double

    init(_ report: Report) {
        machine = report.machine
        recordCount = report.scale.recordCount
        batch = report.scale.batch
        floors = report.floors
        valueBytesOfRecord = report.scale.meanRequestByteCount
        ratios = Report.bases.flatMap { base in
            report.rounds.comparisons(to: base).map {
                Ratio(
                    work: $0.work.rawValue,
                    contender: $0.contender,
                    base: base,
                    median: $0.ratio.median,
                    lowest: $0.ratio.lowest,
                    highest: $0.ratio.highest
                )
            }
        }
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
                    storedBytes: measurement.storedBytes,
                    writtenBytes: measurement.writtenBytes
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
