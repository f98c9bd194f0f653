import AnnalsBytes
import Testing

struct `A reader of bytes` {
    @Test func `reads in order what a writer wrote`() throws {
        var writer = ByteWriter(reserving: 64)
        writer.append(UInt8(1))
        writer.append(UInt16(2))
        writer.append(UInt32(3))
        writer.append48(4)
        writer.append(UInt64(5))
        writer.append(Int64.min)
        writer.append([6, 7])
        writer.append(utf8: "vé")
        var reader = ByteReader(writer.bytes.rawSpan)

        let integers = (
            try reader.uint8(), try reader.uint16(), try reader.uint32(), try reader.uint48(),
            try reader.uint64(), try reader.int64()
        )
        let span = [UInt8](copying: try reader.span(count: 2))
        let text = try reader.text(count: 3)

        #expect(integers == (1, 2, 3, 4, 5, .min))
        #expect(span == [6, 7])
        #expect(text == "vé")
        let isAtEnd = reader.isAtEnd
        #expect(isAtEnd)
    }

    @Test func `stands still where it is refused`() throws {
        let bytes: [UInt8] = [1, 2, 3]
        var reader = ByteReader(bytes.rawSpan)
        _ = try reader.uint8()

        #expect(refusal { () throws(Malformed) in _ = try reader.uint64() }?.offset == 1)
        #expect(refusal { () throws(Malformed) in _ = try reader.uint32() }?.offset == 1)
        #expect(refusal { () throws(Malformed) in _ = try reader.uint48() }?.offset == 1)
        #expect(refusal { () throws(Malformed) in _ = try reader.span(count: 3) }?.offset == 1)
        #expect(refusal { () throws(Malformed) in _ = try reader.span(count: -1) }?.offset == 1)
        #expect(refusal { () throws(Malformed) in _ = try reader.text(count: 3) }?.offset == 1)
        let (offset, remaining) = (reader.offset, reader.remaining)
        #expect(offset == 1)
        #expect(remaining == 2)
    }

    @Test func `tells where a text begins that is no UTF-8`() throws {
        let bytes: [UInt8] = [0, 0, 0xFF, 0]
        var reader = ByteReader(bytes.rawSpan)
        _ = try reader.uint16()

        #expect(
            refusal { () throws(Malformed) in _ = try reader.text(count: 2) }
                == Malformed("UTF-8", offset: 2)
        )
    }

    private func refusal(_ body: () throws(Malformed) -> Void) -> Malformed? {
        do throws(Malformed) {
            try body()
            return nil
        } catch {
            return error
        }
    }
}
