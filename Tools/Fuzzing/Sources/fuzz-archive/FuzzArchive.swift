import AnnalsBytes
import AnnalsLog
import FuzzScratch

@testable import AnnalsArchive

/// Whatever a manifest or a segment of an archive contains, reading it gives an error or what was
/// written; the digest of a segment's header is corrected, as anybody can do.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzArchive(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    if let manifest = try? SnapshotManifest(decoding: bytes) {
        precondition(manifest.bytes == bytes, "a manifest has one spelling")
    }
    _ = try? ManifestText(decoding: bytes)
    let sealedCount = SegmentHeader.byteCount - Digest.byteCount
    guard bytes.count >= sealedCount else { return 0 }
    var digest = ByteWriter()
    digest.append(Digest(of: bytes.rawSpan.extracting(0..<sealedCount)))
    let header = Array(bytes[..<sealedCount]) + digest.bytes
    guard let known = try? SegmentHeader(decoding: header) else { return 0 }
    precondition(known.bytes == header, "a header has one spelling")
    let stored = Array(bytes[sealedCount...].prefix(known.storedByteCount))
    let path = Scratch.write(header + stored, to: "segment")
    _ = try? Segment(path: path, header: known).transactions()
    return 0
}
