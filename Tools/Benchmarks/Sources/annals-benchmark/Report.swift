internal import Foundation
internal import Measuring

/// The report for people at the end.
struct Report {
    let rounds: Rounds
    let scale: Scale
    let machine: Machine
    let floors: [Floor]

    private static let contenders =
        ["engine", "engine-4", "engine-64", "engine-journal", "engine-journal-64"]
        + StorageContender.Library.allCases.map(\.rawValue)
    /// The contenders that others are compared with.
    static let bases = StorageContender.Library.allCases.map(\.rawValue)

    var text: String {
        let heads = [
            "\(scale.recordCount) records in calls of \(scale.batch), "
                + "\(rounds.rounds.count) rounds"
        ]
        let lines = [
            machine.lines, heads, [""], speeds, [""], sizes, [""], floorLines,
        ]
        return lines.flatMap { $0 }.joined(separator: "\n")
    }

    /// For each work and contender: the median speed, and the ratios with their extremes.
    private var speeds: [String] {
        let comparisons = Self.bases.map { rounds.comparisons(to: $0) }
        var table = [
            ["work", "contender", "per second"] + Self.bases.map { "to \($0)" }
                + ["cpu µs", "peak MiB"]
        ]
        for work in Work.allCases where work != .verify {
            for contender in Self.contenders {
                let own = measurements(of: work, contender)
                guard let speed = Spread(own.map(\.perSecond)) else { continue }
                func ratio(in comparisons: [Rounds.Comparison]) -> String {
                    let found = comparisons.first {
                        $0.work == work && $0.contender == contender
                    }
                    return found.map { Self.text(of: $0.ratio) } ?? ""
                }
                let processor = Spread(own.map { $0.processorSeconds * 1e6 / Double($0.count) })
                let peak = own.map(\.peakResidentBytes).max() ?? 0
                table.append(
                    [work.rawValue, contender, "\(Int(speed.median))"] + comparisons.map(ratio)
                        + [
                            String(format: "%.2f", processor?.median ?? 0),
                            peak > 0 ? "\(peak >> 20)" : "",
                        ]
                )
            }
        }
        return Self.aligned(table)
    }

    /// The size of a record on the disk, and the bytes written to the disk for each byte of values.
    private var sizes: [String] {
        let count = Double(scale.recordCount)
        let works: [Work] = [
            .createDurable, .createSingle, .createBulk, .updateBulk, .updateDurable,
        ]
        var table = [["contender", "bytes a record"] + works.map { "\($0.rawValue), written" }]
        for contender in Self.contenders {
            let bytes = measurements(of: .createBulk, contender).map { Double($0.storedBytes) }
            let written = works.map { work in
                let bytes = measurements(of: work, contender).map { Double($0.writtenBytes) }
                return Spread(bytes.filter { $0 > 0 }).map {
                    String(format: "%.1f times", $0.median / scale.valueByteCount(of: work))
                } ?? ""
            }
            let size = Spread(bytes).map { "\(Int($0.median / count))" } ?? ""
            if !size.isEmpty || written.contains(where: { !$0.isEmpty }) {
                table.append([contender, size] + written)
            }
        }
        let mean = Int(scale.meanRequestByteCount)
        return Self.aligned(table) + [
            "written: bytes for each byte of values; a record has \(mean)"
        ]
    }

    private var floorLines: [String] {
        let head = ["floor", "wanted", "median (lowest to highest)", "unit", ""]
        return Self.aligned(
            [head]
                + floors.map { floor in
                    [
                        floor.name, (floor.isCeiling ? "< " : ">= ") + "\(floor.bound)",
                        String(
                            format: "%.2f (%.2f to %.2f)",
                            floor.median,
                            floor.lowest,
                            floor.highest
                        ),
                        floor.unit, floor.isMet ? "met" : "MISSED",
                    ]
                }
        )
    }

    private func measurements(of work: Work, _ contender: String) -> [Measuring.Measurement] {
        rounds.rounds.flatMap { $0 }.filter { $0.work == work && $0.contender == contender }
    }

    private static func text(of ratio: Spread) -> String {
        String(format: "%.2f (%.2f to %.2f)", ratio.median, ratio.lowest, ratio.highest)
    }

    private static func aligned(_ table: [[String]]) -> [String] {
        guard let columns = table.first?.indices else { return [] }
        let widths = columns.map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }
}
