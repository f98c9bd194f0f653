import AnnalsBytes
import AnnalsTestSupport
import Testing

struct `An integer` {
    @Test func `has its most significant byte first`() throws {
        var writer = ByteWriter()
        writer.append(UInt8(0x01))
        writer.append(UInt16(0x0203))
        writer.append(UInt32(0x0405_0607))
        writer.append48(0x0809_0A0B_0C0D)
        writer.append(UInt64(0x0E0F_1011_1213_1415))
        writer.append(0x1617_1819_1A1B_1C1D, 0x1E1F_2021_2223_2425)
        writer.append(Int64(-2))

        #expect(writer.bytes == Array(1...0x25) + Array(repeating: 0xFF, count: 7) + [0xFE])
    }

    @Test func `is read back from where it was written`() throws {
        var random = SeededRandom(seed: testSeed(1))
        for _ in 0..<500 {
            let number = random.next() >> UInt64(random.below(64))
            var writer = ByteWriter()
            writer.appendZeros(random.below(9))
            let start = writer.count
            writer.append(UInt8(truncatingIfNeeded: number))
            writer.append(UInt16(truncatingIfNeeded: number))
            writer.append(UInt32(truncatingIfNeeded: number))
            writer.append48(number)
            writer.append(number)
            writer.append(Int64(bitPattern: number))
            let bytes = writer.bytes

            let one = try bytes.rawSpan.uint8(at: start)
            let two = try bytes.rawSpan.uint16(at: start + 1)
            let four = try bytes.rawSpan.uint32(at: start + 3)
            let six = try bytes.rawSpan.uint48(at: start + 7)
            let eight = try bytes.rawSpan.uint64(at: start + 13)
            let signed = try bytes.rawSpan.int64(at: start + 21)
            #expect(one == UInt8(truncatingIfNeeded: number))
            #expect(two == UInt16(truncatingIfNeeded: number))
            #expect(four == UInt32(truncatingIfNeeded: number))
            #expect(six == number & 0xFFFF_FFFF_FFFF)
            #expect(eight == number)
            #expect(signed == Int64(bitPattern: number))
        }
    }

    @Test(arguments: [Int.min, -1, 0, 1, Int.max - 1, Int.max])
    func `is refused where a byte of it lies outside`(past: Int) {
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        /// The first offset at which `width` bytes do not fit, and offsets far beyond.
        func offset(_ width: Int) -> Int {
            (0...1).contains(past) ? bytes.count - width + 1 + past : past
        }

        #expect(throws: Malformed("a byte", offset: offset(1))) {
            try bytes.rawSpan.uint8(at: offset(1))
        }
        #expect(throws: Malformed("two bytes", offset: offset(2))) {
            try bytes.rawSpan.uint16(at: offset(2))
        }
        #expect(throws: Malformed("four bytes", offset: offset(4))) {
            try bytes.rawSpan.uint32(at: offset(4))
        }
        #expect(throws: Malformed("six bytes", offset: offset(6))) {
            try bytes.rawSpan.uint48(at: offset(6))
        }
        #expect(throws: Malformed("eight bytes", offset: offset(8))) {
            try bytes.rawSpan.uint64(at: offset(8))
        }
        #expect(throws: Malformed("eight bytes", offset: offset(8))) {
            try bytes.rawSpan.int64(at: offset(8))
        }
    }

    @Test func `is written over in its place`() {
        var writer = ByteWriter()
        writer.appendZeros(14)
        writer.patch(UInt32(0x0102_0304), at: 1)
        writer.patch(UInt16(0x1112), at: 12)

        #expect(writer.bytes == [0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x12])
    }
}
