internal import AnnalsBytes
internal import CZstd

/// Zstandard, one block of bytes at a time.
enum Compression {
    /// Fast, and within some percent of what the slow levels save: half of a log is random salts
    /// and digests.
    private static let level: Int32 = 3

    /// - Returns: `nil` if the library fails, which it does if there is no memory.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var compressed = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = unsafe compressed.withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { source in
                unsafe ZSTD_compress(
                    target.baseAddress,
                    target.count,
                    source.baseAddress,
                    source.count,
                    level
                )
            }
        }
        guard ZSTD_isError(count) == 0 else { return nil }
        compressed.removeLast(compressed.count - count)
        return compressed
    }

    /// The `count` bytes that were compressed to `bytes`; its memory use is known beforehand.
    static func decompress(_ bytes: RawSpan, count: Int) throws(Malformed) -> [UInt8] {
        var raw = [UInt8](repeating: 0, count: count)
        let made = unsafe raw.withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { source in
                unsafe ZSTD_decompress(
                    target.baseAddress,
                    target.count,
                    source.baseAddress,
                    source.count
                )
            }
        }
        guard ZSTD_isError(made) == 0, made == count else {
            throw Malformed("as many compressed bytes as it says", offset: 0)
        }
        return raw
    }
}
