/// A number as it was written, such as `89011234567890123451` or `1.10`: no digit of it is lost
/// before a field determines what it holds (Values.md).
///
/// Digits with at most one point, an optional sign and exponent: `-12`, `+.5`, `07`, `5.`, `1e-3`.
/// Neither hexadecimal, nor words such as `nan`, nor thousands separators.
public struct DecimalText: Sendable {
    /// The text itself.
    public let text: String
    let number: DecimalNumber

    /// - Returns: `nil` for a text that is not a number.
    public init?(_ text: String) {
        guard let number = DecimalNumber(text) else { return nil }
        self.text = text
        self.number = number
    }
}

extension DecimalText: Hashable {
    public static func == (left: DecimalText, right: DecimalText) -> Bool {
        left.text.isSameText(as: right.text)
    }

    public func hash(into hasher: inout Hasher) { TextKey(text).hash(into: &hasher) }
}

extension Value {
    /// A number as it is written in JSON or a file; text if it is not a number.
    package init(number text: String) { self = DecimalText(text).map(Value.decimal) ?? .text(text) }
}

/// The exact number that a decimal text stands for: its digits, and a power of ten.
package struct DecimalNumber: Sendable {
    package let isNegative: Bool
    /// From the first to the last digit that is not zero; empty for zero.
    let digits: [UInt8]
    /// Where the point is: before the first of ``digits``, moved right by this many places.
    let point: Int

    /// - Returns: `nil` for a text that is not a number.
    package init?(_ text: String) {
        let bytes = text.utf8Span.span
        var index = 0
        func isDigit(_ index: Int) -> Bool { index < bytes.count && bytes[index] &- 0x30 < 10 }
        var isNegative = false
        if bytes.count > 0, bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
            isNegative = bytes[0] == UInt8(ascii: "-")
            index = 1
        }
        var digits: [UInt8] = []
        var point = 0
        var hasDigits = false
        func take(_ digit: UInt8, isFraction: Bool) {
            hasDigits = true
            if digit == 0, digits.isEmpty {
                if isFraction { point -= 1 }
                return
            }
            digits.append(digit)
            if !isFraction { point += 1 }
        }
        while isDigit(index) {
            take(bytes[index] - 0x30, isFraction: false)
            index += 1
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            while isDigit(index) {
                take(bytes[index] - 0x30, isFraction: true)
                index += 1
            }
        }
        guard hasDigits else { return nil }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            var sign = 1
            if index < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[index]) {
                sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
                index += 1
            }
            guard isDigit(index) else { return nil }
            var exponent = 0
            while isDigit(index) {
                // Larger ones make no difference: they are far beyond any number.
                exponent = min(exponent * 10 + Int(bytes[index] - 0x30), Self.exponentMax)
                index += 1
            }
            point += sign * exponent
        }
        guard index == bytes.count else { return nil }
        while digits.last == 0 { digits.removeLast() }
        // There is only one zero.
        self.isNegative = isNegative && !digits.isEmpty
        self.digits = digits
        self.point = digits.isEmpty ? 0 : point
    }

    /// More than the digits of a text can compensate for.
    private static let exponentMax = 1 << 40

    var isZero: Bool { digits.isEmpty }

    /// Whether it has no fraction.
    package var isWhole: Bool { digits.count <= point || isZero }

    /// The greatest whole number that is not above it; the nearest `Int64` if that is out of range.
    package var floor: Int64 {
        if isZero { return 0 }
        guard point <= 19 else { return isNegative ? .min : .max }
        var magnitude: UInt64 = 0
        for place in 0..<max(0, point) {
            magnitude = magnitude * 10 + UInt64(place < digits.count ? digits[place] : 0)
        }
        let limit = UInt64(Int64.max)
        if !isNegative { return magnitude > limit ? .max : Int64(magnitude) }
        if !isWhole { magnitude += 1 }
        return magnitude > limit ? .min : -Int64(magnitude)
    }

    /// The whole number, if it is one and fits an `Int64`.
    package var integer: Int64? {
        guard isWhole, point <= 19 else { return nil }
        let floor = floor
        return floor == .max || floor == .min ? exact(floor) : floor
    }

    /// The limit itself, but nothing beyond it.
    private func exact(_ limit: Int64) -> Int64? {
        DecimalNumber(String(limit))?.isSame(as: self) == true ? limit : nil
    }

    /// The number without its sign and without an exponent, which SOQL does not have: `0.00001`.
    ///
    /// A number beyond all doubles, or nearer to zero than all of them, is written as one that is nearer
    /// and still there.
    package var plainDigits: String {
        if isZero { return "0" }
        let text = String(decoding: digits.map { $0 + 0x30 }, as: UTF8.self)
        let point = Swift.min(Swift.max(point, -Self.pointMax), Self.pointMax + digits.count)
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + text }
        if point >= digits.count {
            return text + String(repeating: "0", count: point - digits.count)
        }
        return text.prefix(point) + "." + text.dropFirst(point)
    }

    /// Places that the point of a double is away from its digits, and more.
    private static let pointMax = 400

    /// The nearest double: infinite, or zero, for what is out of range.
    package var nearestDouble: Double {
        if isZero { return 0 }
        let sign = isNegative ? "-" : ""
        guard abs(point) < 10_000 else { return Double("\(sign)\(point > 0 ? "inf" : "0")") ?? 0 }
        let digits = String(decoding: digits.map { $0 + 0x30 }, as: UTF8.self)
        return Double("\(sign)0.\(digits)e\(point)") ?? 0
    }

    func isSame(as other: DecimalNumber) -> Bool {
        isNegative == other.isNegative && digits == other.digits && point == other.point
    }

    /// Below, at or above zero as it lies below, at or above the other.
    func compare(to other: DecimalNumber) -> Int {
        func sign(_ number: DecimalNumber) -> Int {
            number.isZero ? 0 : number.isNegative ? -1 : 1
        }
        if sign(self) != sign(other) { return sign(self) - sign(other) }
        let factor = isNegative ? -1 : 1
        if point != other.point { return point < other.point ? -factor : factor }
        if digits == other.digits { return 0 }
        return digits.lexicographicallyPrecedes(other.digits) ? -factor : factor
    }
}

// Doubles. From 2^53 on they are whole numbers with gaps between them, so there a number either is
// one of them or is not. Below, a decimal is the double nearest to it, as everywhere.

/// Where a number lies among the doubles.
package enum DoublePlace: Sendable {
    /// It is this one: the nearest, where rounding is allowed.
    case double(Double)
    /// Between this one, perhaps an infinity, and the one above it.
    case above(Double)
}

extension DecimalNumber {
    package var place: DoublePlace {
        if isZero { return .double(0) }
        let nearest = nearestDouble
        if nearest.isInfinite {
            return .above(isNegative ? -.infinity : .greatestFiniteMagnitude)
        }
        if nearest == 0 { return .above(isNegative ? -.leastNonzeroMagnitude : 0) }
        if nearest.magnitude < 0x1p53 { return .double(nearest) }
        // The number that a double is printed as stands for the double, though not to its last
        // digit.
        guard let written = DecimalNumber("\(nearest)") else { return .double(nearest) }
        let order = compare(to: written)
        if order == 0 { return .double(nearest) }
        return .above(order > 0 ? nearest : nearest.nextDown)
    }
}
