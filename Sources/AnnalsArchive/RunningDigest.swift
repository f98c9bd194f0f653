internal import AnnalsBytes
internal import AnnalsLog

internal import struct Crypto.SHA256

/// The SHA-256 digest of bytes that arrive in parts.
struct RunningDigest {
    private var hash = SHA256()
    private(set) var byteCount: UInt64 = 0

    mutating func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        byteCount += UInt64(bytes.byteCount)
    }

    /// The digest of everything so far.
    var value: AnnalsLog.Digest {
        let bytes = Array(hash.finalize())
        var reader = ByteReader(bytes.rawSpan)
        // SHA-256 has the 32 bytes that are read.
        return (try? AnnalsLog.Digest(reading: &reader)) ?? .zero
    }
}
