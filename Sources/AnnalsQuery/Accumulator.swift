internal import AnnalsBytes
internal import AnnalsSOQL

/// What an aggregate makes of the values of a group.
struct Accumulator {
    private let function: Function
    private var count = 0
    private var whole: Int64 = 0
    private var sum = 0.0
    private var isWhole = true
    private var best: (key: [UInt8], value: Scalar)?
    private var distinct: Set<[UInt8]> = []

    init(_ function: Function) { self.function = function }

    /// - Parameter key: Bytes by which the value sorts, where ``needsKey`` is true.
    mutating func add(_ value: Scalar, _ key: [UInt8]) {
        if value == .null { return }
        count += 1
        switch function {
        case .sum, .avg:
            switch value {
            case .integer(let number):
                whole &+= number
                sum += Double(number)
            case .double(let number):
                isWhole = false
                sum += number
            default: break
            }
        case .min:
            if best.map({ key.rawSpan.compare(to: $0.key.rawSpan) < 0 }) ?? true {
                best = (key, value)
            }
        case .max:
            if best.map({ key.rawSpan.compare(to: $0.key.rawSpan) > 0 }) ?? true {
                best = (key, value)
            }
        case .countDistinct: distinct.insert(key)
        default: break
        }
    }

    /// Counts records that were not looked at.
    mutating func add(count more: Int) { count += more }

    static func needsKey(_ function: Function) -> Bool {
        function == .min || function == .max || function == .countDistinct
    }

    var result: Scalar {
        switch function {
        case .count: .integer(Int64(count))
        case .countDistinct: .integer(Int64(distinct.count))
        case .sum: count == 0 ? .null : isWhole ? .integer(whole) : .double(sum)
        case .avg: count == 0 ? .null : .double(sum / Double(count))
        default: best?.value ?? .null
        }
    }
}
