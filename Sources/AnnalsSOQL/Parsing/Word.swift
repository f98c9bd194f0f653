/// A word of the language in lower case, packed so that comparing needs no allocation.
///
/// The longest, `NEXT_N_FISCAL_QUARTERS`, has 22 letters.
struct Word: Hashable {
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt64 = 0

    /// `nil` for what is longer than any word of the language.
    init?(_ text: String) { self.init(text.utf8) }

    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= 24 else { return nil }
        var place = 0
        for byte in bytes {
            let bits = UInt64(byte.foldedASCII) << UInt64(8 * (place & 7))
            switch place >> 3 {
            case 0: first |= bits
            case 1: second |= bits
            default: third |= bits
            }
            place += 1
        }
    }

    static func table<Value>(
        _ values: some Sequence<Value>,
        _ text: (Value) -> String
    ) -> [Word: Value] {
        var table: [Word: Value] = [:]
        for value in values {
            if let word = Word(text(value)) { table[word] = value }
        }
        return table
    }
}
