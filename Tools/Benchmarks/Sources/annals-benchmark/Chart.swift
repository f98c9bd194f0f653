internal import Foundation
internal import Measuring

/// A picture of the ratios that have a floor: a bar for each on a scale of factors, from 1 (equally
/// fast) to the median; a line from the lowest to the highest; a mark at the floor.
struct Chart {
    private struct Bar {
        let floor: Floor
        let y: Double
    }

    private static let width = 860.0
    private static let labelWidth = 270.0
    private static let figureWidth = 150.0
    private static let rowHeight = 24.0
    private static let top = 64.0

    private let bars: [Bar]
    private let heading: String
    /// The powers of ten that include everything.
    private let decades: ClosedRange<Int>

    /// `nil` if no ratio was measured.
    init?(_ report: Report) {
        let ratios = report.floors.filter { $0.unit == Floor.ratioUnit }
        let ends = ratios.flatMap { [$0.lowest, $0.highest, $0.bound] }.filter { $0 > 0 }
        guard let least = ends.min(), let most = ends.max() else { return nil }
        let low = min(Int(log10(least).rounded(.down)), -1)
        decades = low...max(Int(log10(most).rounded(.up)), 1)
        bars = ratios.enumerated().map { place, floor in
            Bar(floor: floor, y: Self.top + Self.rowHeight * Double(place))
        }
        heading =
            "\(report.scale.recordCount) records, \(report.rounds.rounds.count) rounds, "
            + report.machine.processor
    }

    func write(to path: String) throws {
        let url = URL(fileURLWithPath: path)
        try Data(svg.utf8).write(to: url, options: .atomic)
        // DocC shows the file with this name in dark mode.
        let name = url.deletingPathExtension().lastPathComponent + "~dark.svg"
        try Data(Self.dark(svg).utf8).write(
            to: url.deletingLastPathComponent().appendingPathComponent(name),
            options: .atomic
        )
    }

    /// The same drawing for dark mode.
    private static func dark(_ svg: String) -> String {
        let colors = [
            ("#ffffff", "#000000"), ("#000000", "#ffffff"), ("#1c1c1e", "#f5f5f7"),
            ("#5c5c60", "#a1a1a6"), ("#dcdce0", "#3a3a3c"), ("#2f7d5b", "#4fb587"),
            ("#c2452d", "#e8705a"),
        ]
        // In two steps, or white would become black and then white again.
        var text = svg
        for (index, color) in colors.enumerated() {
            text = text.replacing(color.0, with: "\u{1}\(index)\u{2}")
        }
        for (index, color) in colors.enumerated() {
            text = text.replacing("\u{1}\(index)\u{2}", with: color.1)
        }
        return text
    }

    var svg: String {
        let height = Self.top + Self.rowHeight * Double(bars.count) + 34
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(number(Self.width))" \
            height="\(number(height))" viewBox="0 0 \(number(Self.width)) \(number(height))" \
            font-family="system-ui, sans-serif" font-size="12" role="img">
            <title>How many times as fast as others the engine is</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="16" y="24" font-size="16" font-weight="600" fill="#1c1c1e">\
            How many times as fast as others the engine is</text>
            <text x="16" y="43" fill="#5c5c60">\(escaped(heading)); \
            medians with lowest and highest, the floor as a black mark</text>
            \(axis(bottom: height - 26))
            \(bars.map(drawing).joined(separator: "\n"))
            </svg>

            """
    }

    private func axis(bottom: Double) -> String {
        decades.map { decade in
            let x = number(place(of: pow(10, Double(decade))))
            let color = decade == 0 ? "#5c5c60" : "#dcdce0"
            let text =
                decade < 0
                ? String(format: "%.*f", -decade, pow(10, Double(decade)))
                : "\(Int(pow(10, Double(decade))))"
            return """
                <line x1="\(x)" y1="\(number(Self.top - 8))" x2="\(x)" y2="\(number(bottom))" \
                stroke="\(color)"/>
                <text x="\(x)" y="\(number(bottom + 16))" text-anchor="middle" fill="#5c5c60">\
                \(text) ×</text>
                """
        }.joined(separator: "\n")
    }

    private func drawing(of bar: Bar) -> String {
        let floor = bar.floor
        let (one, median) = (place(of: 1), place(of: floor.median))
        let middle = bar.y + 8
        let color = floor.isMet ? "#2f7d5b" : "#c2452d"
        return """
            <text x="\(number(Self.labelWidth - 8))" y="\(number(middle + 4))" text-anchor="end" \
            fill="#1c1c1e">\(escaped(floor.name))</text>
            <rect x="\(number(min(one, median)))" y="\(number(bar.y + 1))" \
            width="\(number(max(abs(median - one), 1)))" height="14" fill="\(color)" \
            fill-opacity="0.75"/>
            <line x1="\(number(place(of: floor.lowest)))" y1="\(number(middle))" \
            x2="\(number(place(of: floor.highest)))" y2="\(number(middle))" stroke="\(color)" \
            stroke-width="3"/>
            <line x1="\(number(place(of: floor.bound)))" y1="\(number(bar.y - 3))" \
            x2="\(number(place(of: floor.bound)))" y2="\(number(bar.y + 19))" stroke="#000000" \
            stroke-width="2"/>
            <text x="\(number(Self.width - Self.figureWidth + 12))" y="\(number(middle + 4))" \
            fill="\(color)">\(String(format: "%.2f", floor.median)) × \
            (floor \(String(format: "%g", floor.bound)))</text>
            """
    }

    /// The horizontal position of a factor.
    private func place(of factor: Double) -> Double {
        let low = Double(decades.lowerBound)
        let span = Double(decades.upperBound) - low
        let share = (log10(max(factor, pow(10, low))) - low) / span
        return Self.labelWidth + share * (Self.width - Self.labelWidth - Self.figureWidth)
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }

    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;")
            .replacingOccurrences(of: "<", with: "&lt;")
    }
}
