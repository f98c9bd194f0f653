internal import CCRC32C

/// CRC-32C (Castagnoli), which detects every changed byte that a disk accident causes.
///
/// It is no protection against a person: that is the purpose of the log's digests.
package struct CRC32C: Sendable {
    package private(set) var value: UInt32 = 0

    package init() {}

    /// Of a word, most significant byte first, and the bytes that follow it.
    package init(_ word: UInt64, _ bytes: RawSpan) {
        value = unsafe bytes.withUnsafeBytes {
            unsafe annals_crc32c_from_word(word, $0.baseAddress, $0.count)
        }
    }

    package mutating func update(_ bytes: RawSpan) {
        value = unsafe bytes.withUnsafeBytes {
            unsafe annals_crc32c(value, $0.baseAddress, $0.count)
        }
    }

    package mutating func update(_ word: UInt64) {
        value = unsafe withUnsafeBytes(of: word.bigEndian) {
            unsafe annals_crc32c(value, $0.baseAddress, $0.count)
        }
    }
}
