internal import AnnalsBytes
internal import AnnalsQuery
internal import AnnalsSchema

// The bound values of a cursor: sealed with the query that they were bound in (WhatAnAnswerHolds.md).

/// What kind of value follows.
///
/// The raw values are written to disk: never renumber them.
private enum BoundTag: UInt8 {
    case null = 0
    case `false` = 1
    case `true` = 2
    case integer = 3
    case double = 4
    case date = 5
    case dateTime = 6
    case text = 7
    case id = 8
    case decimal = 9
    case list = 10
}

extension ByteWriter {
    mutating func append(sized text: String) {
        append(UInt32(text.utf8.count))
        append(utf8: text)
    }

    mutating func append(_ values: [String: BoundValue]) {
        append(UInt32(values.count))
        for (name, bound) in values.sorted(by: { $0.key < $1.key }) {
            append(sized: name)
            switch bound {
            case .value(let value): append(bound: value)
            case .list(let values):
                append(BoundTag.list.rawValue)
                append(UInt32(values.count))
                for value in values { append(bound: value) }
            }
        }
    }

    private mutating func append(bound value: Value) {
        func tag(_ tag: BoundTag) { append(tag.rawValue) }
        switch value {
        // A query with a reference by external id was rejected before it had a cursor.
        case .null, .lookup: tag(.null)
        case .boolean(let flag): tag(flag ? .true : .false)
        case .integer(let number):
            tag(.integer)
            append(Int64(number))
        case .double(let number):
            tag(.double)
            append(number.bitPattern)
        case .date(let date):
            tag(.date)
            append(Int64(date.days))
        case .dateTime(let time):
            tag(.dateTime)
            append(time.milliseconds)
        case .text(let text):
            tag(.text)
            append(sized: text)
        case .id(let id):
            tag(.id)
            append(sized: id.description)
        case .decimal(let number):
            tag(.decimal)
            append(sized: number.text)
        }
    }
}

extension ByteReader {
    mutating func sizedText() throws(Malformed) -> String {
        try text(count: Int(try uint32()))
    }

    mutating func boundValues() throws(Malformed) -> [String: BoundValue] {
        var values: [String: BoundValue] = [:]
        for _ in 0..<(try uint32()) {
            let name = try sizedText()
            let tag = try boundTag()
            guard tag == .list else {
                values[name] = .value(try value(tag))
                continue
            }
            var list: [Value] = []
            for _ in 0..<(try uint32()) { list.append(try value(try boundTag())) }
            values[name] = .list(list)
        }
        return values
    }

    private mutating func boundTag() throws(Malformed) -> BoundTag {
        guard let tag = BoundTag(rawValue: try uint8()) else {
            throw Malformed("a kind of bound value", offset: offset)
        }
        return tag
    }

    private mutating func value(_ tag: BoundTag) throws(Malformed) -> Value {
        switch tag {
        case .null: return .null
        case .false: return .boolean(false)
        case .true: return .boolean(true)
        case .integer: return .integer(Int(try int64()))
        case .double: return .double(Double(bitPattern: try uint64()))
        case .date:
            if let days = Int32(exactly: try int64()) { return .date(CalendarDate(days: days)) }
        case .dateTime: return .dateTime(Timestamp(milliseconds: try int64()))
        case .text: return .text(try sizedText())
        case .id: if let id = RecordID(try sizedText()) { return .id(id) }
        case .decimal:
            if let number = DecimalText(try sizedText()) { return .decimal(number) }
        case .list: break
        }
        throw Malformed("a bound value", offset: offset)
    }
}
