import Annals
import AnnalsTestSupport

/// Makes up values for fields: few enough to occur several times, and easily confused ones.
struct RandomValues {
    var random: SeededRandom
    private var unique = 0

    /// Dates are around this one.
    static let middle = Timestamp("2024-03-13T15:30:00Z")!

    init(_ random: SeededRandom) { self.random = random }

    private static let long = String(repeating: "The same beginning, ", count: 6)
    private static let wide = String(repeating: "É", count: 55)

    static let texts = [
        "Acme", "acme", "ACME", "ACME_West", "Acme%", "Acme Ltd.", "Zenith", "zebra", "École",
        "école", "ÉCOLE", "E\u{301}cole", "_under", "a_b", "a.b", "a b", "100%", "it's",
        "back\\slash", "Straße", "STRASSE", "Ωmega", "ωMEGA", "İstanbul", "ǆ", "Ǆ", "日本", "😀 smile",
        "nul\u{0}inside", "z", "Z", "0", "-1", "tab\tin", "new\nline", "\"quoted\"", "null", "true",
        long + "A", long + "a", long + "B", long + "b", long, long + "\u{e9}", wide + "x",
        wide + "X", wide + "é", wide, wide.lowercased() + "Y",
    ]

    mutating func pick<T>(_ values: [T]) -> T { values[random.below(values.count)] }

    mutating func text() -> String { pick(Self.texts) }

    /// - Parameter targets: Ids by object.
    mutating func value(for field: Field, targets: [String: [RecordID]]) -> Value {
        switch field.kind {
        case .boolean: return .boolean(random.chance(40))
        case .int:
            let number = random.chance(5) ? pick([2_000_000_000, -7, 4000]) : random.below(9)
            return .integer(min(max(number, field.minimum ?? -9), field.maximum ?? .max))
        case .double: return .double(number())
        case .date: return .date(date())
        case .datetime: return .dateTime(time())
        case .email:
            return .text("\(pick(["ann", "Ann", "bob", "ZOE"]))@\(pick(["x", "X", "y"])).com")
        case .phone: return .text(pick(["+1 555 0100", "+1 555 0101", "5550007", "+44 20 7946"]))
        case .picklist:
            let value = pick(field.picklist.map(\.value))
            if field.has(.restrictedPicklist) || random.chance(80) { return .text(value) }
            return .text(pick(["Unlisted 1", "unlisted 1", "Another", "ZEBRA"]))
        case .reference, .id:
            let object = pick(field.referenceTo)
            guard let ids = targets[object], !ids.isEmpty else { return .null }
            return .id(random.chance(60) ? pick(Array(ids.prefix(6))) : pick(ids))
        case .string, .textarea, .url:
            if field.has(.unique) { return .text(key(of: field)) }
            let text = text()
            return .text(text.utf16.count <= field.length ? text : pick(["Acme", "acme", "z"]))
        }
    }

    private mutating func key(of field: Field) -> String {
        unique += 1
        // If a field is case-sensitive, texts that differ only in case are not duplicates.
        if field.has(.caseSensitive) {
            return (unique % 2 == 0 ? "key" : "KEY") + String(unique / 2)
        }
        return pick(["Key", "KEY", "key", "É"]) + "-" + String(unique)
    }

    /// Eighths, because their sums are exact in any order.
    mutating func number() -> Double {
        switch random.below(10) {
        case 0: 0
        case 1: -Double(random.below(80)) / 8
        case 2: pick([1e9, -1e9, 12_345_678.125])
        default: Double(random.below(40)) / 8
        }
    }

    mutating func date() -> CalendarDate {
        let today = Int32(Self.middle.milliseconds / 86_400_000)
        let reach = pick([3, 10, 40, 500])
        return CalendarDate(days: today + Int32(random.below(2 * reach + 1) - reach))
    }

    /// Often close to local midnight or to a change to or from daylight saving time.
    mutating func time() -> Timestamp {
        let day = Int64(date().days) * 86_400_000
        let hour = Int64(random.below(24)) * 3_600_000
        switch random.below(4) {
        case 0: return Timestamp(milliseconds: day + hour)
        case 1: return Timestamp(milliseconds: day + hour - 1000)
        case 2: return Timestamp(milliseconds: day + hour + 1_800_000)
        default: return Timestamp(milliseconds: day + Int64(random.below(86_400_000)))
        }
    }
}
