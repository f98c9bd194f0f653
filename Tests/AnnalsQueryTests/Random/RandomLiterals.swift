import Annals
import AnnalsSOQL
import AnnalsTestSupport

/// Writes values to compare with: mostly values of the records, or close to them.
struct RandomLiterals {
    var random: SeededRandom
    private var values: RandomValues

    init(random: SeededRandom) {
        self.random = random
        values = RandomValues(random)
    }

    mutating func pick<T>(_ values: [T]) -> T { values[random.below(values.count)] }

    /// - Parameter sample: A value of the kind, or null.
    mutating func literal(_ kind: RandomOperand.Kind, near sample: Value) -> String {
        if random.chance(6) { return "NULL" }
        switch kind {
        case .text, .picklist: return quoted(text(near: sample))
        case .boolean: return random.chance(50) ? "TRUE" : "false"
        case .int:
            guard case .integer(let number) = sample, random.chance(70) else {
                return String(random.below(12) - 2)
            }
            return String(number + random.below(3) - 1)
        case .double: return number(near: sample)
        case .date:
            if random.chance(55) { return range() }
            guard case .date(let date) = sample, random.chance(60) else {
                return values.date().description
            }
            return date.description
        case .dateTime: return random.chance(55) ? range() : time(near: sample)
        case .id:
            guard case .id(let id) = sample, random.chance(95) else {
                return quoted(
                    pick([
                        "001000000000001", "000000000000000AAA", "00Q000000000005",
                        "zzzzzzzzzzzzzzz",
                        "a00000000000009",
                    ])
                )
            }
            return quoted(random.chance(50) ? id.shortDescription : id.description)
        }
    }

    private mutating func text(near sample: Value) -> String {
        guard case .text(let text) = sample, random.chance(75) else {
            return random.chance(5) ? "" : values.text()
        }
        switch random.below(8) {
        case 0: return text.uppercased()
        case 1: return text.lowercased()
        case 2: return String(text.unicodeScalars.prefix(text.unicodeScalars.count / 2))
        case 3: return text + pick(["x", "A", "é"])
        default: return text
        }
    }

    private mutating func number(near sample: Value) -> String {
        var number: Double
        switch sample {
        case .double(let value): number = value
        case .integer(let value): number = Double(value)
        default: number = values.number()
        }
        if random.chance(40) { number += pick([0.125, -0.125, 1, 0.0625]) }
        // Eighths have a short decimal form; for others, a sixteenth is close enough.
        let whole = Int(number)
        let text = Double(whole) == number ? String(whole) : "\(number)"
        return random.chance(10) && !text.contains(".") ? text + ".0" : text
    }

    private mutating func time(near sample: Value) -> String {
        var time = values.time()
        if case .dateTime(let value) = sample, random.chance(60) {
            time = value.advanced(byMilliseconds: Int64(pick([0, 0, 1000, -1000])))
        }
        let text = time.precise
        switch random.below(4) {
        case 0: return text.replacing(".000Z", with: "Z")
        case 1:
            return time.advanced(byMilliseconds: 19_800_000).precise.replacing("Z", with: "+05:30")
        case 2: return text.replacing(".000Z", with: pick([".4Z", ".999Z", ".000Z"]))
        default: return text
        }
    }

    mutating func range() -> String {
        let unit = pick(DateRange.Unit.allCases)
        let count = pick([0, 1, 1, 2, 3, 7, 30, 90])
        let form = pick(
            [.last, .this, .this, .next, .lastN(count), .nextN(count), .ago(count)]
                as [DateRange.Form]
        )
        if random.chance(3) { return pick(["LAST_90_DAYS", "next_90_days"]) }
        // The only literal that ends in the middle of its unit.
        if random.chance(15) { return "LAST_N_DAYS:\(count)" }
        return DateRange(unit, form).description
    }

    /// A pattern for LIKE that often matches the sample.
    mutating func pattern(near sample: Value) -> String {
        let scalars = Array(text(near: sample).unicodeScalars.map { String($0) })
        var pattern = ""
        var index = 0
        while index < scalars.count {
            switch random.below(scalars.count > 30 ? 60 : 12) {
            case 0: pattern += "_"
            case 1:
                pattern += "%"
                index += random.below(scalars.count)
            case 2: pattern += "%" + escaped(scalars[index], inPattern: true)
            default: pattern += escaped(scalars[index], inPattern: true)
            }
            index += 1
        }
        switch random.below(6) {
        case 0: pattern = "%" + pattern
        case 1: pattern += "%"
        case 2: pattern = "%" + pattern + "%"
        default: break
        }
        return "'\(pattern.isEmpty ? "%" : pattern)'"
    }

    func quoted(_ text: String) -> String {
        "'" + text.unicodeScalars.map { escaped(String($0), inPattern: false) }.joined() + "'"
    }

    private func escaped(_ scalar: String, inPattern: Bool) -> String {
        switch scalar {
        case "'": "\\'"
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\t": "\\t"
        case "\u{0}": "\\u0000"
        case "%", "_": inPattern ? "\\" + scalar : scalar
        default: scalar
        }
    }
}
