/// Something that can do the works, in a folder of its own.
public protocol Contender {
    var name: String { get }

    /// Whether it takes part in `work`.
    func does(_ work: Work) -> Bool

    /// Does `work` and returns how long it took, without generating its data.
    ///
    /// A contender that has no records yet, or must begin empty, prepares that first, untimed.
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
    /// The time of all processors, including time in the kernel: more meaningful than the clock if
    /// others use the machine too.
    public let processorSeconds: Double
    /// Depends on what was read or written: two contenders with different sums did not do the same.
    public let checksum: UInt64
    /// The most memory that the process had during the work, including pages of mapped files.
    public let peakResidentBytes: UInt64
    /// The size of the store on the disk after it was closed.
    public let storedBytes: UInt64
    /// What the system was asked to write to the disk during the work; 0 if it does not report
    /// that.
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
