import Annals
import Foundation

extension Data {
    /// Damages every copy of the first frame of a transaction in a store's data file.
    mutating func loseTransaction(_ number: UInt64) {
        let digits = (0..<8).reversed().map { UInt8(number >> UInt64(8 * $0) & 0xFF) }
        var from = startIndex
        while let found = range(of: Data(digits + [0, 0]), in: from..<endIndex) {
            // The size of a key precedes it.
            if self[..<found.lowerBound].suffix(2) == Data([10, 0]) {
                self[found.upperBound + 10] ^= 1
            }
            from = found.upperBound
        }
    }
}

extension RecordStore {
    /// The number of the last transaction with an event, 0 without one.
    var lastTransaction: UInt64 {
        get async { (try? await info().transactions) ?? 0 }
    }
}
