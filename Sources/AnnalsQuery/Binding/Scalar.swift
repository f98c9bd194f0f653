internal import AnnalsBytes
internal import AnnalsSchema

/// A value while a query works with it.
enum Scalar: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    /// Days since 1970.
    case date(Int64)
    /// Seconds since 1970.
    case dateTime(Int64)
    case text(String)
    case key(RecordKey)

    /// The value as callers see it.
    func value(_ schema: Schema) -> Value {
        switch self {
        case .null: .null
        case .boolean(let flag): .boolean(flag)
        case .integer(let number): .integer(Int(number))
        case .double(let number): .double(number)
        case .date(let days): .date(CalendarDate(days: Int32(clamping: days)))
        case .dateTime(let seconds): .dateTime(Timestamp(milliseconds: seconds &* 1000))
        case .text(let text): .text(text)
        case .key(let key): schema.id(of: key).map(Value.id) ?? .null
        }
    }

    /// The number by which it is compared, `nil` for null and for what is not a number.
    var ordinal: Int64? {
        switch self {
        case .null, .text: nil
        case .boolean(let flag): flag ? 1 : 0
        case .integer(let number), .date(let number), .dateTime(let number): number
        case .double(let number): number.ordinal
        case .key(let key): Int64(bitPattern: key.packed)
        }
    }
}

extension Double {
    /// A whole number that sorts like the double; plus and minus zero are the same.
    var ordinal: Int64 {
        let bits = Int64(bitPattern: (self + 0).bitPattern)
        return bits < 0 ? Int64.min &- bits : bits
    }
}

/// How values of an expression sort: as bytes.
struct SortOrder: Sendable {
    /// The entries of a picklist, folded, which sort in this order.
    private let entries: [[UInt8]]
    private let isExact: Bool
    /// The prefixes of objects' ids: ids sort as they are written.
    private let prefixes: [UInt16: UInt32]

    init(_ field: Field?, _ schema: Schema) {
        prefixes =
            field?.kind == .reference || field?.kind == .id
            ? Dictionary(
                schema.objects.map { ($0.code, $0.prefix.packed) },
                uniquingKeysWith: { first, _ in first }
            ) : [:]
        entries =
            field?.kind == .picklist
            ? field?.picklistValues.map { FoldedText.bytes(of: $0) } ?? [] : []
        isExact = field.map { $0.has([.unique, .caseSensitive]) } ?? false
    }

    /// Appends bytes that sort as the values do: null first by default.
    func append(
        _ scalar: Scalar,
        isDescending: Bool = false,
        nullsLast: Bool = false,
        to bytes: inout ByteWriter
    ) {
        if scalar == .null {
            bytes.append(UInt8(nullsLast ? 2 : 0))
            return
        }
        bytes.append(UInt8(1))
        let start = bytes.count
        switch scalar {
        case .null: break
        case .boolean(let flag): bytes.append(UInt8(flag ? 1 : 0))
        case .text(let text):
            let folded = isExact ? Array(text.utf8) : FoldedText.bytes(of: text)
            if !entries.isEmpty {
                let place = entries.firstIndex(of: folded) ?? entries.count
                bytes.append(UInt16(clamping: place))
            }
            // A zero ends a text and sorts it before those that it is a prefix of.
            for byte in folded {
                bytes.append(byte)
                if byte == 0 { bytes.append(UInt8(0xFF)) }
            }
            bytes.append(UInt16(0))
        case .integer, .date, .dateTime, .double:
            bytes.append(UInt64(bitPattern: scalar.ordinal ?? 0) ^ (1 << 63))
        case .key(let key):
            bytes.append(prefixes[key.object] ?? 0)
            bytes.append48(key.serial)
        }
        if isDescending {
            for index in start..<bytes.count { bytes.bytes[index] = ~bytes.bytes[index] }
        }
    }
}
