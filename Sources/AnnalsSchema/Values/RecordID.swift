/// The id of a record: fifteen characters, of which the first three name the object.
///
/// Written out it has eighteen: three more encode which of the fifteen are capitals, so that a
/// program that loses the case of letters is detected (Specification: fields 3).
public struct RecordID: Hashable, Sendable {
    /// The characters 1 to 8 and 9 to 15, ASCII, the first in the highest byte.
    fileprivate let high: UInt64
    fileprivate let low: UInt64

    fileprivate init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads fifteen characters, or eighteen whose last three fit the first fifteen.
    ///
    /// - Returns: `nil` for any other text.
    public init?(_ text: String) {
        let utf8 = text.utf8
        guard utf8.count == 15 || utf8.count == 18 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for byte in utf8.prefix(15) {
            guard Base62.value(of: byte) != nil else { return nil }
            high = high << 8 | low >> 48
            low = (low << 8 | UInt64(byte)) & (1 << 56 - 1)
        }
        self.init(high: high, low: low)
        for (group, byte) in utf8.dropFirst(15).enumerated()
        where byte != suffixByte(ofGroup: group) {
            return nil
        }
    }

    private func byte(at index: Int) -> UInt8 {
        index < 8
            ? UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * index))
            : UInt8(truncatingIfNeeded: low >> UInt64(48 - 8 * (index - 8)))
    }

    private func suffixByte(ofGroup group: Int) -> UInt8 {
        var capitals = 0
        for index in 0..<5 where (0x41...0x5A).contains(byte(at: group * 5 + index)) {
            capitals |= 1 << index
        }
        return capitals < 26 ? UInt8(0x41 + capitals) : UInt8(0x30 + capitals - 26)
    }

    /// The fifteen characters that messages of the API use.
    public var shortDescription: String { String(decoding: characters, as: UTF8.self) }

    private var characters: [UInt8] { (0..<15).map { byte(at: $0) } }
}

extension RecordID: CustomStringConvertible {
    /// The eighteen characters.
    public var description: String {
        String(decoding: characters + (0..<3).map { suffixByte(ofGroup: $0) }, as: UTF8.self)
    }
}

extension RecordID: Comparable {
    /// In the order of the characters' ASCII codes, which is that of their creation.
    public static func < (left: RecordID, right: RecordID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension RecordID {
    /// The id of the record `serial` of the object whose ids begin with `prefix`.
    package init(prefix: KeyPrefix, serial: UInt64) {
        // Six digits, then six more, which stay zero for the first 57 billion.
        let (front, back) = serial.quotientAndRemainder(dividingBy: Base62.sixDigits)
        let end = Base62.digits(six: back)
        let start = front == 0 ? 0x3030_3030_3030 : Base62.digits(six: front)
        self.init(
            high: UInt64(prefix.packed) << 40 | start >> 8,
            low: (start & 0xFF) << 48 | end
        )
    }

    package var prefix: KeyPrefix { KeyPrefix(packed: UInt32(truncatingIfNeeded: high >> 40)) }

    /// The number after the prefix, or `nil` if it is above all that the engine assigns.
    package var serial: UInt64? {
        guard let back = Base62.number(low, digits: 7) else { return nil }
        // Leading zeros, as nearly all ids have them.
        if high & 0xFF_FFFF_FFFF == 0x30_3030_3030 { return back }
        guard let front = Base62.number(high, digits: 5) else { return nil }
        let (product, overflow) = front.multipliedReportingOverflow(by: Base62.sevenDigits)
        guard !overflow, product <= RecordKey.serialMax, product + back <= RecordKey.serialMax
        else {
            return nil
        }
        return product + back
    }
}

/// Makes ids of one object whose serials are close to one another: the common part is computed
/// once.
package struct RecordIDMaker {
    private let prefix: KeyPrefix
    /// The common part of ids whose serials differ only in their last two digits.
    private var hundreds: UInt64 = .max
    private var base = RecordID(high: 0, low: 0)

    package init(prefix: KeyPrefix) { self.prefix = prefix }

    package mutating func id(ofSerial serial: UInt64) -> RecordID {
        let (hundreds, rest) = serial.quotientAndRemainder(dividingBy: 62 * 62)
        if hundreds != self.hundreds {
            self.hundreds = hundreds
            base = RecordID(prefix: prefix, serial: serial - rest)
        }
        return base.adding(lastDigits: rest)
    }
}

extension RecordID {
    /// Of an id that ends with two zeros.
    @inline(__always)
    fileprivate func adding(lastDigits number: UInt64) -> RecordID {
        RecordID(high: high, low: low - 0x3030 + Base62.digits(two: number))
    }
}

/// The three characters with which all ids of an object begin.
package struct KeyPrefix: Hashable, Sendable, CustomStringConvertible {
    package let packed: UInt32

    package init(packed: UInt32) { self.packed = packed }

    /// Reads three of the characters `0-9`, `A-Z`, `a-z`; `nil` for any other text.
    package init?(_ text: String) {
        let utf8 = Array(text.utf8)
        guard utf8.count == 3, utf8.allSatisfy({ Base62.value(of: $0) != nil }) else { return nil }
        packed = utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }

    package var description: String {
        String(
            decoding: [packed >> 16, packed >> 8, packed].map { UInt8(truncatingIfNeeded: $0) },
            as: UTF8.self
        )
    }
}

enum Base62 {
    /// How many numbers have at most six digits.
    static let sixDigits: UInt64 = 62 * 62 * 62 * 62 * 62 * 62

    /// How many numbers have at most seven digits.
    static let sevenDigits: UInt64 = 62 * sixDigits

    /// The number given by the digits in the lower bytes, up to seven, or `nil` if one is not a
    /// digit.
    static func number(_ bytes: UInt64, digits count: Int) -> UInt64? {
        var number: UInt64 = 0
        var rest = bytes << UInt64(64 - 8 * count)
        for _ in 0..<count {
            guard let digit = value(of: UInt8(truncatingIfNeeded: rest >> 56)) else { return nil }
            number = number &* 62 &+ digit
            rest <<= 8
        }
        return number
    }

    /// Six digits in the lower six bytes, of a number that has no more: the digits do not depend on
    /// one another, and none is looked up or branched on, since whole windows of ids are made in
    /// this way.
    @inline(__always)
    static func digits(six value: UInt64) -> UInt64 {
        let (upper, lower) = (value / 238_328, value % 238_328)
        return digits(three: upper) << 24 | digits(three: lower)
    }

    @inline(__always)
    private static func digits(three value: UInt64) -> UInt64 {
        plain(value / 3844) << 16 | digits(two: value % 3844)
    }

    @inline(__always)
    static func digits(two value: UInt64) -> UInt64 {
        plain(value / 62) << 8 | plain(value % 62)
    }

    /// As ``digit(_:)``: from `0`, over a gap of 7 to `A`, and one of 6 more to `a`.
    @inline(__always)
    private static func plain(_ value: UInt64) -> UInt64 {
        0x30 + value + (value > 9 ? 7 : 0) + (value > 35 ? 6 : 0)
    }

    static func digit(_ value: UInt64) -> UInt8 {
        switch value {
        case 0..<10: UInt8(0x30 + value)
        case 10..<36: UInt8(0x41 + value - 10)
        default: UInt8(0x61 + value - 36)
        }
    }

    static func value(of byte: UInt8) -> UInt64? {
        switch byte {
        case 0x30...0x39: UInt64(byte - 0x30)
        case 0x41...0x5A: UInt64(byte - 0x41 + 10)
        case 0x61...0x7A: UInt64(byte - 0x61 + 36)
        default: nil
        }
    }
}
