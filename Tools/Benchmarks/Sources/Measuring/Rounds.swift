/// Rounds in which contenders take turns at the same works.
///
/// The machine is shared, and its speed changes from minute to minute: only ratios within a round
/// are meaningful, so the summary consists of medians of such ratios.
public struct Rounds {
    private var contenders: [any Contender]
    private let works: [Work]
    public private(set) var rounds: [[Measurement]] = []

    /// Two contenders that did not do the same.
    public struct Disagreement: Error, CustomStringConvertible {
        public let work: Work
        public let contenders: [String]

        public var description: String {
            "\(contenders.joined(separator: " and ")) found different things at \(work.rawValue)"
        }
    }

    public init(_ contenders: [any Contender], works: [Work]) {
        self.contenders = contenders
        self.works = works
    }

    /// Runs one more round: work after work, each by every contender before the next one.
    ///
    /// - Parameter report: Called with every measurement as it is made, and with the round, counted
    ///   from 1.
    public mutating func run(report: (Measurement, Int) -> Void) async throws {
        let round = rounds.count + 1
        var measurements: [Measurement] = []
        for work in works {
            var ofWork: [Measurement] = []
            for turn in contenders.indices {
                // A different contender begins each round, so that coming first is no advantage.
                let place = (turn + round - 1) % contenders.count
                guard contenders[place].does(work) else { continue }
                let measurement = try await contenders[place].run(work)
                report(measurement, round)
                ofWork.append(measurement)
            }
            guard Set(ofWork.map(\.checksum)).count <= 1 else {
                throw Disagreement(work: work, contenders: ofWork.map(\.contender))
            }
            measurements += ofWork
        }
        rounds.append(measurements)
    }

    /// How the contenders compare at one work.
    public struct Comparison: Hashable, Sendable {
        public let work: Work
        public let contender: String
        public let base: String
        public let perSecond: Spread
        /// How many times as fast as the base, round by round.
        public let ratio: Spread

        /// One line of JSON.
        public func json(rounds: Int) -> String {
            """
            {"work":"\(work.rawValue)","contender":"\(contender)","base":"\(base)",\
            "rounds":\(rounds),"perSecond":\(Int(perSecond.median)),\
            "ratio":\(ratio.median.rounded(toPlaces: 3)),\
            "ratioLowest":\(ratio.lowest.rounded(toPlaces: 3)),\
            "ratioHighest":\(ratio.highest.rounded(toPlaces: 3))}
            """
        }
    }

    /// Compares every contender with the base, work by work.
    public func comparisons(to base: String) -> [Comparison] {
        works.filter { $0 != .verify }.flatMap { work in
            contenders.map(\.name).filter { $0 != base }.compactMap { name in
                let pairs = rounds.compactMap { round -> (own: Double, base: Double)? in
                    guard
                        let own = round.first(where: { $0.work == work && $0.contender == name }),
                        let base = round.first(where: { $0.work == work && $0.contender == base })
                    else { return nil }
                    return (own.perSecond, base.perSecond)
                }
                guard
                    let perSecond = Spread(pairs.map(\.own)),
                    let ratio = Spread(pairs.map { $0.own / $0.base })
                else { return nil }
                return Comparison(
                    work: work,
                    contender: name,
                    base: base,
                    perSecond: perSecond,
                    ratio: ratio
                )
            }
        }
    }
}
