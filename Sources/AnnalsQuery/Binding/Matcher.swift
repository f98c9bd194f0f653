internal import AnnalsBytes
internal import AnnalsSchema

/// The required value: the right side of a comparison, prepared so that rows only have to be read.
struct Matcher: Sendable {
    enum Form: Sendable {
        /// Any of these half-open ranges of whole numbers; doubles by their ``Double/ordinal``.
        case ranges([(low: Int64, high: Int64)])
        /// One text, folded unless `isExact`, and how to compare it.
        case text([UInt8], TextOrder, isExact: Bool)
        case texts(Set<[UInt8]>, isExact: Bool)
        case like(LikeMatcher)
        case keys(Set<UInt64>)
        /// Ids up to a place in their order, from one, or between two: of each object these
        /// serials, and none of an object that is not listed.
        case serials([UInt16: SerialRange])
        case boolean(Bool)
        case nothing
    }

    enum TextOrder: Sendable { case equal, less, lessOrEqual, greater, greaterOrEqual }

    let form: Form
    var isNegated = false
    /// The result of the comparison for null.
    let ofNull: Bool

    func matches(_ number: Int64) -> Bool {
        guard case .ranges(let ranges) = form else { return isNegated }
        for range in ranges where number >= range.low && number < range.high { return !isNegated }
        return isNegated
    }

    func matches(key: UInt64) -> Bool {
        switch form {
        case .keys(let keys): return keys.contains(key) != isNegated
        case .serials(let ranges):
            let key = RecordKey(packed: key)
            return (ranges[key.object]?.contains(key.serial) ?? false) != isNegated
        default: return isNegated
        }
    }

    /// Not for null: that is false.
    func matches(_ flag: Bool) -> Bool {
        guard case .boolean(let wanted) = form else { return isNegated }
        return (flag == wanted) != isNegated
    }

    func matches(text: RawSpan) throws(Malformed) -> Bool {
        switch form {
        case .text(let wanted, let order, let isExact):
            let compared =
                isExact
                ? text.compare(to: wanted.rawSpan) : try FoldedText.compare(text, wanted)
            let holds =
                switch order {
                case .equal: compared == 0
                case .less: compared < 0
                case .lessOrEqual: compared <= 0
                case .greater: compared > 0
                case .greaterOrEqual: compared >= 0
                }
            return holds != isNegated
        case .texts(let texts, let isExact):
            let bytes = isExact ? [UInt8](copying: text) : try FoldedText.bytes(of: text)
            return texts.contains(bytes) != isNegated
        case .like(let like): return try like.matches(text) != isNegated
        default: return isNegated
        }
    }
}

/// The pattern of LIKE over folded bytes.
///
/// Shared, not copied: it is passed around for every record.
final class LikeMatcher: Sendable {
    enum Element: Sendable {
        case text([UInt8])
        case anyRun
        case anyCharacter
    }

    private let elements: [Element]
    /// `%text%`, the form of nearly all patterns.
    private let contained: [UInt8]?
    /// The beginning of every match.
    let prefix: [UInt8]
    private let isExact: Bool

    init(_ elements: [Element], isExact: Bool) {
        self.elements = elements
        self.isExact = isExact
        if elements.count == 3, case .anyRun = elements[0], case .text(let text) = elements[1],
            case .anyRun = elements[2]
        {
            contained = text
        } else {
            contained = nil
        }
        if case .text(let text)? = elements.first { prefix = text } else { prefix = [] }
    }

    func matches(_ text: RawSpan) throws(Malformed) -> Bool {
        if let contained, !isExact, let found = try Self.contains(text, contained) { return found }
        return matches(isExact ? [UInt8](copying: text) : try FoldedText.bytes(of: text))
    }

    /// Whether the text contains `wanted`, which is folded; `nil` if it is not ASCII.
    private static func contains(
        _ text: RawSpan,
        _ wanted: [UInt8]
    ) throws(Malformed) -> Bool? {
        let count = text.byteCount
        let first = wanted[0]
        for start in 0..<count {
            let byte = try text.uint8(at: start)
            if byte >= 0x80 { return nil }
            guard FoldedText.lowered(byte) == first, count - start >= wanted.count else {
                continue
            }
            var index = 1
            while index < wanted.count,
                FoldedText.lowered(try text.uint8(at: start + index)) == wanted[index]
            {
                index += 1
            }
            if index == wanted.count { return true }
        }
        return false
    }

    /// Greedy with one place to backtrack to, the last `%`: never more than length times length.
    private func matches(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        var element = 0
        var retry: (element: Int, offset: Int)?
        while true {
            if element == elements.count {
                if offset == bytes.count { return true }
            } else {
                switch elements[element] {
                case .anyRun:
                    retry = (element + 1, offset)
                    element += 1
                    continue
                case .anyCharacter:
                    if offset < bytes.count {
                        offset = Self.next(bytes, offset)
                        element += 1
                        continue
                    }
                case .text(let text):
                    if bytes.count - offset >= text.count,
                        bytes[offset..<(offset + text.count)].elementsEqual(text)
                    {
                        offset += text.count
                        element += 1
                        continue
                    }
                }
            }
            guard let last = retry, last.offset < bytes.count else { return false }
            retry = (last.element, Self.next(bytes, last.offset))
            offset = Self.next(bytes, last.offset)
            element = last.element
        }
    }

    /// The offset of the next scalar.
    private static func next(_ bytes: [UInt8], _ offset: Int) -> Int {
        var next = offset + 1
        while next < bytes.count, bytes[next] & 0xC0 == 0x80 { next += 1 }
        return next
    }
}
