/// Replaces swift-crypto when the engine is fuzzed, so that nothing is downloaded, and no time is
/// spent in BoringSSL.
///
/// It is not SHA-256, and need not be: what fuzzing looks for comes after the digests, and the
/// harnesses compute those. Two rounds of FNV over four words are enough for that.
public struct SHA256: Sendable {
    private var words: [UInt64] = [
        0xCBF2_9CE4_8422_2325, 0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB,
    ]

    public init() {}

    public mutating func update(bufferPointer bytes: UnsafeRawBufferPointer) {
        for place in 0..<bytes.count {
            let byte = unsafe UInt64(bytes[place])
            for index in 0..<4 {
                words[index] =
                    (words[index] ^ byte) &* 0x0000_0100_0000_01B3 &+ UInt64(index)
            }
        }
    }

    public func finalize() -> SHA256Digest { SHA256Digest(words: words) }
}

/// The result of this replacement.
public struct SHA256Digest: Sendable, Sequence {
    fileprivate let words: [UInt64]

    public func withUnsafeBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try unsafe words.withUnsafeBytes(body)
    }

    public func makeIterator() -> Array<UInt8>.Iterator {
        unsafe withUnsafeBytes { unsafe Array($0) }.makeIterator()
    }
}
