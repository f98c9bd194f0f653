/// Someone who can do the works, in a folder of its own.
public protocol Contender {
    var name: String { get }

    /// Whether it takes part in `work`.
    func does(_ work: Work) -> Bool

    /// Does `work` and tells how long it took, without generating its data.
    ///
    /// A contender that has no records yet, or is to begin empty, sees to that first, untimed.
    mutating func run(_ work: Work) async throws -> Measurement
}

extension Contender {
    public func does(_ work: Work) -> Bool { true }
}

/// What one work of one contender took in one round.
public struct Measurement: Hashable, Sendable {
    public let contender: String
    public let work: Work
    public let count: UInt64
    public let seconds: Double
    /// The time of all processors, the system's part included: says more than the clock where
    /// others use the machine too.
    public let processorSeconds: Double
    /// Depends on what was read or written: two contenders that differ did not do the same.
    public let checksum: UInt64
    /// The most memory that the process had while it worked, pages of mapped files included.
    public let peakResidentBytes: UInt64
    /// What the store has on the disk when it is closed.
    public let storedBytes: UInt64
    /// What the system was given to write to the disk while the work ran; 0 where it does not tell.
    public let writtenBytes: UInt64

    public init(
        contender: String,
        work: Work,
        count: UInt64,
        seconds: Double,
        processorSeconds: Double,
        checksum: UInt64,
        peakResidentBytes: UInt64,
        storedBytes: UInt64,
        writtenBytes: UInt64
    ) {
        self.contender = contender
        self.work = work
        self.count = count
        self.seconds = seconds
        self.processorSeconds = processorSeconds
        self.checksum = checksum
        self.peakResidentBytes = peakResidentBytes
        self.storedBytes = storedBytes
        self.writtenBytes = writtenBytes
    }

    public var perSecond: Double { Double(count) / max(seconds, 1e-9) }

    /// One line of JSON.
    public func json(round: Int) -> String {
        """
        {"contender":"\(contender)","work":"\(work.rawValue)","round":\(round),"n":\(count),\
        "seconds":\(seconds.rounded(toPlaces: 6)),\
        "processorSeconds":\(processorSeconds.rounded(toPlaces: 6)),\
        "perSecond":\(Int(perSecond)),\
        "peakResidentBytes":\(peakResidentBytes),"storedBytes":\(storedBytes),\
        "writtenBytes":\(writtenBytes)}
        """
    }
}

extension Double {
    func rounded(toPlaces places: Int) -> Double {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        return (self * scale).rounded() / scale
    }
}
