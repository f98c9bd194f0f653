import AnnalsBytes
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsArchive

struct `A manifest` {
    private let manifest: SnapshotManifest = {
        var head = LogHead()
        head.number = 4711
        head.lastPosition = Position(81_234)
        head.time = SampleLog.created
        head.epoch = 2
        head.digest = Digest(of: [1].rawSpan)
        return SnapshotManifest(
            storeID: SampleLog.storeID,
            storeFormat: "annals 1",
            head: head,
            nextEpoch: 3,
            root: Digest(of: [2].rawSpan),
            fileBytes: 1_234_567,
            fileDigest: Digest(of: [3].rawSpan),
            taken: SampleLog.created
        )
    }()

    @Test func `is read as it was written`() throws {
        #expect(try SnapshotManifest(decoding: manifest.bytes) == manifest)
        #expect(manifest.head.digest == Digest(of: [1].rawSpan))
    }

    @Test func `is the text of the format`() throws {
        try GoldenFile("snapshot-manifest-v1.json").expect(
            String(decoding: manifest.bytes, as: UTF8.self)
        )
    }

    @Test func `with any byte changed, left out or added is refused`() throws {
        let whole = manifest.bytes
        var random = SeededRandom(seed: testSeed(61))
        for offset in whole.indices {
            for _ in 0..<4 {
                var altered = whole
                altered[offset] ^= UInt8(1 + random.below(255))
                #expect(throws: Malformed.self) { try SnapshotManifest(decoding: altered) }
            }
            var shorter = whole
            shorter.remove(at: offset)
            #expect(throws: Malformed.self) { try SnapshotManifest(decoding: shorter) }
            var longer = whole
            longer.insert(whole[offset], at: offset)
            #expect(throws: Malformed.self) { try SnapshotManifest(decoding: longer) }
            #expect(throws: Malformed.self) {
                try SnapshotManifest(decoding: Array(whole[..<offset]))
            }
        }
    }

    /// A correct digest does not allow other keys, or the same key twice.
    @Test func `with other keys is refused though its digest fits`() throws {
        for extra in [("fileBytes", "1"), ("more", "2")] {
            var text = ManifestText()
            let lines = String(decoding: manifest.bytes, as: UTF8.self).split(separator: "\n")
            for line in lines.dropFirst().dropLast(2) {
                let parts = line.dropFirst(3).dropLast().split(separator: "\": ")
                if let number = UInt64(parts[1]) {
                    text.append(String(parts[0]), .number(number))
                } else {
                    text.append(String(parts[0]), .text(String(parts[1].dropFirst().dropLast())))
                }
            }
            #expect(try SnapshotManifest(decoding: text.bytes) == manifest)
            text.append(extra.0, .number(UInt64(extra.1) ?? 0))
            #expect(throws: Malformed.self) { try SnapshotManifest(decoding: text.bytes) }
        }
    }
}
