import AnnalsBytes
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsProjections

struct `A row` {
    @Test(arguments: UInt64(0)..<20)
    func `holds what was put into it`(seed: UInt64) throws {
        var random = SeededRandom(seed: testSeed(400 + seed))
        let content = randomSlots(&random, upTo: 1 + random.below(60))
        let bytes = row(.sample(.inBin), content)

        let read = try Row(bytes.rawSpan, of: .sample)

        let found = try read.stamps()
        let (position, modstamp, created) = (
            try read.lastPosition(), try read.systemModstamp(), try read.created()
        )
        let count = read.count
        let beyond = try read.slot(count + 1).byteCount
        #expect(found == .sample(.inBin))
        #expect(position == Position(40))
        #expect(modstamp == Timestamp(milliseconds: 3_000_000))
        #expect(created == Timestamp(milliseconds: 1_000_000))
        #expect(count == content.keys.max() ?? 0)
        #expect(beyond == 0)
        #expect(try slots(of: bytes) == content)
    }

    @Test func `is refused where a byte of it was changed`() {
        let bytes = row(.sample(.live), [1: [1, 2, 3], 4: [5]])
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                #expect(throws: Malformed.self, "byte \(index)") {
                    _ = try Row(changed.rawSpan, of: .sample).count
                }
            }
        }
    }

    @Test func `is refused where it was cut`() {
        let bytes = row(.sample(.live), [1: [1, 2, 3], 4: [5]])
        for count in bytes.indices {
            let cut = Array(bytes.prefix(count))
            #expect(throws: Malformed.self, "\(count) bytes") {
                _ = try Row(cut.rawSpan, of: .sample).count
            }
        }
    }

    @Test func `is refused under another record's key`() {
        let bytes = row(.sample(.live), [1: [1, 2, 3]])
        for key in [RecordKey(object: 16, serial: 6), RecordKey(object: 17, serial: 5)] {
            #expect(throws: Malformed("the checksum of the row", offset: 0)) {
                _ = try Row(bytes.rawSpan, of: key).count
            }
        }
    }

    /// Even with forged offsets, nothing outside of the row is read.
    @Test func `does not reach outside, whatever its offsets say`() throws {
        let sound = row(.sample(.live), [1: [1, 2, 3], 2: [4]])
        for word in 0..<3 {
            for wrong in [0, 1, 71, 83, 84, 85, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32] {
                var writer = ByteWriter()
                writer.bytes = sound
                writer.patch(wrong, at: Row.headerByteCount + 4 * word)
                let bytes = writer.bytes
                let read = try Row(unchecked: bytes.rawSpan)
                for slot in 1...3 {
                    if let value = try? read.slot(slot) {
                        let count = value.byteCount
                        #expect(count <= bytes.count)
                    }
                }
            }
        }
    }

    @Test func `of version 1 is what it was`() throws {
        let bytes = row(.sample(.inBin), [1: Array("CR-1".utf8), 3: [0, 0, 0, 7], 4: [1]])

        try GoldenFile("row-v1.hex").expect(
            """
            # row of record 5 of object 16 in the table records.16
            \(hexadecimal(bytes))
            """
        )
    }
}
