import Foundation

/// SplitMix64: the same seed gives the same test.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    public mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
    public mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}

/// The seed of a random test, or `ANNALS_TEST_SEED` if it is set, to repeat a failure.
public func testSeed(_ fallback: UInt64) -> UInt64 {
    ProcessInfo.processInfo.environment["ANNALS_TEST_SEED"].flatMap(UInt64.init) ?? fallback
}
