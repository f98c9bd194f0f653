internal import AnnalsBytes
internal import AnnalsSOQL

/// The result of an aggregate over the values of a group.
struct Accumulator {
    private let function: Function
    private var count = 0
    private var whole: Int64 = 0
    private var sum = 0.0
    /// The sum of 2⁻¹⁰⁰ of each value: where the sum is beyond what a double holds on the way, this is
    /// not.
    private var scaledSum = 0.0
    private var isWhole = true
    private var best: Best?
    private var distinct: Set<[UInt8]> = []

    init(_ function: Function) { self.function = function }

    private struct Best {
        let key: [UInt8]
        let value: Scalar
        let serial: UInt64
    }

    /// - Parameters:
    ///   - key: Bytes by which the value sorts, if ``needsKey(_:)`` is true.
    ///   - serial: Of texts that differ only in case, the one of the lowest serial is returned.
    mutating func add(_ value: Scalar, _ key: [UInt8], _ serial: UInt64) {
        if value == .null { return }
        count += 1
        switch function {
        case .sum, .avg:
            switch value {
            case .integer(let number):
                whole &+= number
                sum += Double(number)
                scaledSum += Double(number) * Self.scale
            case .double(let number):
                isWhole = false
                sum += number
                scaledSum += number * Self.scale
            default: break
            }
        case .min, .max:
            guard let known = best else {
                best = Best(key: key, value: value, serial: serial)
                return
            }
            let order = key.rawSpan.compare(to: known.key.rawSpan)
            let isBetter =
                order == 0 ? serial < known.serial : (function == .min ? order < 0 : order > 0)
            if isBetter { best = Best(key: key, value: value, serial: serial) }
        case .countDistinct: distinct.insert(key)
        default: break
        }
    }

    /// Counts records that were not examined.
    mutating func add(count more: Int) { count += more }

    static func needsKey(_ function: Function) -> Bool {
        function == .min || function == .max || function == .countDistinct
    }

    private static let scale = 0x1p-100

    private var doubleSum: Double { sum.isFinite ? sum : scaledSum / Self.scale }

    private var average: Double {
        sum.isFinite ? sum / Double(count) : scaledSum / Double(count) / Self.scale
    }

    /// - Throws: ``SumOutsideRange`` if the result is no number that a double can hold.
    func requireFinite() throws(SumOutsideRange) {
        if case .double(let number) = result, !number.isFinite { throw SumOutsideRange() }
    }

    var result: Scalar {
        switch function {
        case .count: .integer(Int64(count))
        case .countDistinct: .integer(Int64(distinct.count))
        case .sum: count == 0 ? .null : isWhole ? .integer(whole) : .double(doubleSum)
        case .avg: count == 0 ? .null : .double(average)
        default: best?.value ?? .null
        }
    }
}

/// A sum is beyond the largest number that a double can hold.
package struct SumOutsideRange: Error {}
