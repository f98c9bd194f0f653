/// The median and the extremes of several rounds.
public struct Spread: Hashable, Sendable {
    public let median: Double
    public let lowest: Double
    public let highest: Double

    /// `nil` if there are no values.
    public init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        lowest = first
        highest = last
        let middle = sorted.count / 2
        median =
            sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
