import AnnalsBytes
import AnnalsLog
import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsArchive

struct `A segment` {
    /// An archive of one segment.
    private func archive(seed: UInt64, _ valueBytesMax: Int = 200) throws -> (
        String, SampleLog, Scratch
    ) {
        var sample = try SampleLog(seed: seed)
        try sample.add(60, valueBytesMax: valueBytesMax)
        let scratch = Scratch()
        _ = try ArchiveFolder(writing: scratch("archive")).append(from: sample.source)
        return (scratch("archive"), sample, scratch)
    }

    @Test func `with any byte changed is refused`() throws {
        let (path, _, scratch) = try archive(seed: 51)
        let segment = try Archive(reading: path).segments[0]
        let whole = try Data(contentsOf: URL(fileURLWithPath: segment.path))
        var random = SeededRandom(seed: testSeed(52))
        for round in 0..<1000 {
            var altered = whole
            // Half of the changes are in the header, because readers rely on it before they check
            // the rest.
            let offset = random.below(round % 2 == 0 ? SegmentHeader.byteCount : whole.count)
            altered[offset] ^= UInt8(1 + random.below(255))
            try altered.write(to: URL(fileURLWithPath: segment.path))

            let refusal = #expect(throws: RecoveryError.self, "byte \(offset)") {
                _ = try Archive(reading: path).contents()
            }
            guard case .damaged(segment.path, _)? = refusal else {
                Issue.record("byte \(offset): \(refusal.map { "\($0)" } ?? "accepted")")
                return
            }
        }
        withExtendedLifetime(scratch) {}
    }

    /// What a header says decides which segments a restore and an erasure look at.
    @Test func `with a header that says other things than its transactions is refused`() throws {
        let (path, _, scratch) = try archive(seed: 54)
        let segment = try Archive(reading: path).segments[0]
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: segment.path)))
        // Erasures, the first and last time, the first and last epoch.
        for (place, count) in [(12, 4), (72, 8), (80, 8), (88, 4), (92, 4)] {
            for change in [1, 0x40] as [UInt8] {
                for offset in [place, place + count - 1] {
                    var forged = whole
                    forged[offset] ^= change
                    var digest = ByteWriter()
                    digest.append(Digest(of: Array(forged[..<208]).rawSpan))
                    forged.replaceSubrange(208..<240, with: digest.bytes)
                    try Data(forged).write(to: URL(fileURLWithPath: segment.path))
                    #expect(throws: RecoveryError.self, "byte \(offset)") {
                        _ = try Archive(reading: path).contents()
                    }
                }
            }
        }
        withExtendedLifetime(scratch) {}
    }

    /// Whoever forges a header can also compute its digest.
    @Test func `with numbers that nothing can follow is refused`() throws {
        let (path, _, scratch) = try archive(seed: 53)
        let segment = try Archive(reading: path).segments[0]
        let header = [UInt8](try Data(contentsOf: URL(fileURLWithPath: segment.path)).prefix(240))
        #expect(try SegmentHeader(decoding: header) == segment.header)
        // The last transaction, and the first and last position.
        for place in [48, 56, 64] {
            for count in 1...8 {
                var hostile = header
                for offset in (place + 8 - count)..<(place + 8) { hostile[offset] = 0xFF }
                var digest = ByteWriter()
                let sealed = Array(hostile[..<208])
                digest.append(Digest(of: sealed.rawSpan))
                hostile.replaceSubrange(208..., with: digest.bytes)
                if let read = try? SegmentHeader(decoding: hostile) {
                    #expect(read.after.lastPosition < Position(1 << 60), "\(place) \(count)")
                    #expect(read.last < 1 << 60, "\(place) \(count)")
                }
            }
        }
        withExtendedLifetime(scratch) {}
    }

    /// Uncompressed, because another version of the library may compress differently.
    @Test func `is the bytes of the format`() throws {
        var sample = try SampleLog(seed: 55)
        try sample.add(3, valueBytesMax: 12)
        var contents = SegmentContents(
            storeID: SampleLog.storeID,
            created: SampleLog.created,
            after: LogHead()
        )
        for bytes in try sample.transactions() {
            try contents.append(try StoredTransaction(decoding: bytes))
        }
        let (header, parts) = contents.file(isPlain: true)
        #expect(try SegmentHeader(decoding: parts[0]) == header)
        try GoldenFile("segment-v1.hex").expect(hexadecimal(Array(parts.joined())))
    }

    @Test func `of any shorter or greater length is refused`() throws {
        let (path, _, scratch) = try archive(seed: 53)
        let segment = try Archive(reading: path).segments[0]
        let whole = try Data(contentsOf: URL(fileURLWithPath: segment.path))
        var lengths = (0..<50).map { $0 * whole.count / 50 }
        lengths += [SegmentHeader.byteCount - 1, SegmentHeader.byteCount, whole.count - 1]
        for length in lengths {
            try whole.prefix(length).write(to: URL(fileURLWithPath: segment.path))
            #expect(throws: RecoveryError.self) { _ = try Archive(reading: path).contents() }
        }
        try (whole + [0]).write(to: URL(fileURLWithPath: segment.path))
        #expect(throws: RecoveryError.self) { _ = try Archive(reading: path).contents() }
        withExtendedLifetime(scratch) {}
    }

    /// Whoever forges a segment can also compute its digests, but its sizes are checked anyway.
    @Test func `that claims more than it can hold is refused before memory is taken`() throws {
        let (path, _, scratch) = try archive(seed: 54)
        let segment = try Archive(reading: path).segments[0]
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: segment.path)))
        for claim in [UInt64(1) << 62, .max, 1 << 30, UInt64(whole.count) * 101, 0, 1] {
            for offset in [160, 168] {
                var header = ByteWriter()
                header.append(Array(whole[0..<offset]))
                header.append(claim)
                header.append(Array(whole[(offset + 8)..<208]))
                header.append(Digest(of: header.bytes.rawSpan))
                let forged = header.bytes + whole[SegmentHeader.byteCount...]
                try Data(forged).write(to: URL(fileURLWithPath: segment.path))
                #expect(throws: RecoveryError.self) { _ = try Archive(reading: path).contents() }
            }
        }
        withExtendedLifetime(scratch) {}
    }

    /// A megabyte of spaces is not a decompression bomb; the segment keeps it uncompressed.
    @Test func `of values that are all alike stays within the ratio that readers take`() throws {
        var contents = SegmentContents(
            storeID: SampleLog.storeID,
            created: SampleLog.created,
            after: LogHead()
        )
        var builder = TransactionBuilder(
            number: 1,
            firstPosition: Position(1),
            epoch: 1,
            time: SampleLog.created,
            actor: .init(object: 1, serial: 1),
            previousDigest: .zero,
            origin: "",
            idempotencyKey: nil,
            eventCountHint: 1
        )
        builder.beginEvent(salt: ArraySlice(repeating: 1, count: 16))
        builder.payload.append([UInt8](repeating: 32, count: 3 << 20))
        _ = builder.endEvent(.created, of: .init(object: 16, serial: 1), previous: .beforeFirst)
        let finished = builder.finish()
        let stored = try StoredTransaction(decoding: finished.head + finished.tail)
        try contents.append(stored)
        let (header, parts) = contents.file()

        #expect(header.rawByteCount == header.storedByteCount)
        let scratch = Scratch()
        let path = scratch(header.name.text)
        try Data(parts.joined()).write(to: URL(fileURLWithPath: path))
        let segment = try Segment(reading: header.name, in: scratch.path)
        #expect(try segment.transactions().map(\.bytes) == [stored.bytes])
    }
}
