internal import AnnalsBytes

/// Hashes entries of tables with a key that no one knows before the run.
///
/// Sums of such hashes show whether two sets of entries are the same without ordering them and
/// without memory for them. Two lanes of 64 bits: different sets have the same sum with a
/// probability of about 2^-120, and no one could construct such a file without the key.
struct EntryHash: Sendable {
    private let first: UInt64
    private let second: UInt64
    private let odd: UInt64
    private let other: UInt64

    /// - Parameter key: 32 random bytes.
    init(key: [UInt8]) {
        func word(_ index: Int) -> UInt64 { (try? key.rawSpan.uint64(at: 8 * index)) ?? 0 }
        first = word(0)
        second = word(1)
        odd = word(2) | 1
        other = word(3) | 1
    }

    /// Adds an entry to a sum.
    func add(_ key: RawSpan, _ value: RawSpan, to sum: inout EntrySum) {
        var low = first ^ UInt64(key.byteCount)
        var high = second ^ UInt64(value.byteCount)
        mix(key, &low, &high)
        if value.byteCount > 0 { mix(value, &low, &high) }
        sum.add(Self.folded(low ^ second, other), Self.folded(high ^ first, odd))
    }

    private func mix(_ bytes: RawSpan, _ low: inout UInt64, _ high: inout UInt64) {
        var offset = 0
        while offset + 8 <= bytes.byteCount {
            mix((try? bytes.uint64(at: offset)) ?? 0, &low, &high)
            offset += 8
        }
        guard offset < bytes.byteCount else { return }
        var word: UInt64 = 1
        while offset < bytes.byteCount {
            word = word << 8 | UInt64((try? bytes.uint8(at: offset)) ?? 0)
            offset += 1
        }
        mix(word, &low, &high)
    }

    private func mix(_ word: UInt64, _ low: inout UInt64, _ high: inout UInt64) {
        low = Self.folded(low ^ word, odd)
        high = Self.folded(high &+ word, other)
    }

    /// Both halves of the product, so that every bit of the factors counts.
    private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low ^ left
    }
}

/// How many entries a set has, and the sum of their hashes.
struct EntrySum: Equatable, Sendable {
    private(set) var count: UInt64 = 0
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    fileprivate mutating func add(_ low: UInt64, _ high: UInt64) {
        count += 1
        self.low &+= low
        self.high &+= high
    }

    mutating func add(_ other: EntrySum) {
        count += other.count
        low &+= other.low
        high &+= other.high
    }
}
