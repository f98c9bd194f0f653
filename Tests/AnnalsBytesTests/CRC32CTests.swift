import AnnalsBytes
import AnnalsTestSupport
import Testing

/// The vectors are from RFC 3720, appendix B.4, plus the usual check value for "123456789".
struct `CRC-32C` {
    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc = CRC32C()
        crc.update(bytes.rawSpan)
        return crc.value
    }

    @Test func `of the standard's vectors is the standard's`() {
        #expect(checksum([]) == 0)
        #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(checksum(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(checksum(Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(checksum(Array(0..<32)) == 0x46DD_794E)
        #expect(checksum((0..<32).reversed()) == 0x113F_DB5C)
    }

    /// Every length at every start, because long, aligned runs take a different path through the
    /// code.
    @Test func `of parts is that of the whole`() {
        var random = SeededRandom(seed: testSeed(2))
        let bytes = (0..<300).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let whole = checksum(bytes)

        for cut in 0...bytes.count {
            var crc = CRC32C()
            crc.update(bytes.rawSpan.extracting(0..<cut))
            crc.update(bytes.rawSpan.extracting(cut..<bytes.count))
            #expect(crc.value == whole)
        }
        var byteByByte = CRC32C()
        for byte in bytes { byteByByte.update([byte].rawSpan) }
        #expect(byteByByte.value == whole)
    }

    @Test func `of a long run is that of the definition`() {
        var random = SeededRandom(seed: testSeed(3))
        for _ in 0..<60 {
            let count = random.below(5000)
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            var expected: UInt32 = ~0
            for byte in bytes {
                expected ^= UInt32(byte)
                for _ in 0..<8 {
                    expected = expected >> 1 ^ (expected & 1 == 1 ? 0x82F6_3B78 : 0)
                }
            }
            #expect(checksum(bytes) == ~expected, "\(count) bytes")
        }
    }

    @Test func `of a word is that of its bytes`() {
        var word = CRC32C()
        word.update(UInt64(0x0102_0304_0506_0708))

        #expect(word.value == checksum([1, 2, 3, 4, 5, 6, 7, 8]))
    }

    /// Every length up to a few words, because the last bytes take a different path through the
    /// code.
    @Test func `of a word and bytes at once is that of one after the other`() {
        var random = SeededRandom(seed: testSeed(4))
        for count in 0..<200 {
            let word = random.next()
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let front = (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }

            #expect(CRC32C(word, bytes.rawSpan).value == checksum(front + bytes))
        }
    }

    @Test func `tells every flipped bit of a row's length`() {
        let bytes = Array(UInt8(0)..<200)
        let whole = checksum(bytes)
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                #expect(checksum(flipped) != whole)
            }
        }
    }
}
