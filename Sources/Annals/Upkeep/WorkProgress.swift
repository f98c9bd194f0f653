/// How far long work is, such as a verification.
public struct WorkProgress: Sendable, Hashable {
    /// A part of the work; each begins with nothing done.
    public enum Stage: Sendable, Hashable {
        /// Reading or copying a file; counted in thousandths.
        case copying
        /// Walking the pages of a file; counted in thousandths.
        case pages
        /// Reading, applying or comparing transactions; counted in transactions, or in thousandths
        /// where several are read at once.
        case log
        /// Comparing tables; counted in entries.
        case tables
    }

    /// What is being done.
    public let stage: Stage
    /// How much of the stage is done.
    public let done: UInt64
    /// How much there is to do in the stage.
    public let total: UInt64

    /// The part of the stage that is done, from 0 to 1.
    public var share: Double { total == 0 ? 0 : min(1, Double(done) / Double(total)) }
}
