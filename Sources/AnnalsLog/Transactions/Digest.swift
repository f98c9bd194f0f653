package import AnnalsBytes
internal import Crypto

/// A SHA-256 digest.
package struct Digest: Hashable, Sendable {
    fileprivate let words: (UInt64, UInt64, UInt64, UInt64)

    package static let byteCount = 32
    package static let zero = Digest(words: (0, 0, 0, 0))

    private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// The digest of `prefix` (nothing if `nil`) followed by `bytes`.
    package init(of bytes: RawSpan, prefix: UInt8? = nil) {
        var hasher = SHA256()
        if let prefix { hasher.update(memoryOf: prefix) }
        unsafe bytes.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
        words = Self.words(of: hasher)
    }

    /// The digest of an inner node of a Merkle tree, as RFC 6962 hashes one: of a byte 1 and the
    /// digests of both sides.
    ///
    /// The byte keeps a node from being mistaken for a leaf, which has a zero byte there.
    package init(left: Digest, right: Digest) {
        var hasher = SHA256()
        let (a, b) = (left.words, right.words)
        hasher.update(memoryOf: UInt8(1))
        let sides = (
            a.0.bigEndian, a.1.bigEndian, a.2.bigEndian, a.3.bigEndian,
            b.0.bigEndian, b.1.bigEndian, b.2.bigEndian, b.3.bigEndian
        )
        hasher.update(memoryOf: sides)
        words = Self.words(of: hasher)
    }

    private static func words(of hasher: SHA256) -> (UInt64, UInt64, UInt64, UInt64) {
        unsafe hasher.finalize().withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 {
                unsafe UInt64(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
                )
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    package init(reading reader: inout ByteReader) throws(Malformed) {
        words = (
            try reader.uint64(), try reader.uint64(), try reader.uint64(), try reader.uint64()
        )
    }

    package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension SHA256 {
    /// - Parameter value: Must not have padding, whose bytes would be undefined.
    fileprivate mutating func update(memoryOf value: some BitwiseCopyable) {
        unsafe withUnsafeBytes(of: value) { unsafe update(bufferPointer: $0) }
    }
}

extension ByteWriter {
    package mutating func append(_ digest: Digest) {
        let words = digest.words
        append(words.0, words.1, words.2, words.3)
    }
}

extension Digest: CustomStringConvertible {
    fileprivate var parts: [UInt64] { [words.0, words.1, words.2, words.3] }

    /// 64 hexadecimal digits.
    package var description: String {
        parts.map(\.hexadecimal).joined()
    }
}

extension Digest {
    /// The digest given by 64 lowercase hexadecimal digits.
    package init?(hexadecimal text: String) {
        guard let bytes = [UInt8](hexadecimal: text), bytes.count == Self.byteCount else {
            return nil
        }
        var reader = ByteReader(bytes.rawSpan)
        guard let digest = try? Digest(reading: &reader) else { return nil }
        self = digest
    }
}
