internal import AnnalsBytes
internal import AnnalsLog
internal import Foundation

/// The elements of notes and proofs, each in its only valid spelling.
///
/// A text with the same meaning in another spelling is rejected: otherwise someone could change the
/// bytes of a proof, and it would still be valid.
enum StrictText {
    static let newline = UInt8(ascii: "\n")

    /// Lines that end with a newline each, without it.
    static func lines(_ bytes: ArraySlice<UInt8>) throws(ProofError) -> [ArraySlice<UInt8>] {
        guard bytes.last == newline else { throw .malformed("it does not end with a newline") }
        return bytes.dropLast().split(separator: newline, omittingEmptySubsequences: false)
    }

    static func text(_ bytes: some Sequence<UInt8>) throws(ProofError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("it is not UTF-8")
        }
        return text
    }

    /// A decimal number below 2^63, without leading zeros.
    static func number(_ bytes: ArraySlice<UInt8>) throws(ProofError) -> UInt64 {
        let isPlain = bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let hasZero = bytes.count > 1 && bytes.first == UInt8(ascii: "0")
        guard isPlain, !hasZero, let number = Int64(String(decoding: bytes, as: UTF8.self)) else {
            throw .malformed("a number is not in decimal digits")
        }
        return UInt64(number)
    }

    /// Bytes in base 64 with padding, whose unused bits are zero.
    static func base64(_ bytes: ArraySlice<UInt8>) throws(ProofError) -> [UInt8] {
        guard let decoded = Data(base64Encoded: Data(bytes)),
            decoded.base64EncodedData().elementsEqual(bytes)
        else { throw .malformed("it is not base 64") }
        return [UInt8](decoded)
    }

    static func base64(of bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString()
    }

    static func digest(_ bytes: ArraySlice<UInt8>) throws(ProofError) -> Digest {
        let decoded = try base64(bytes)
        var reader = ByteReader(decoded.rawSpan)
        guard decoded.count == Digest.byteCount, let digest = try? Digest(reading: &reader) else {
            throw .malformed("a digest has not 32 bytes")
        }
        return digest
    }

    static func base64(of digest: Digest) -> String {
        var writer = ByteWriter()
        writer.append(digest)
        return base64(of: writer.bytes)
    }

    /// The allowed names of keys and logs: no spaces, no plus, nothing invisible.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= nameByteCountMax
            && name.unicodeScalars.allSatisfy { scalar in
                !scalar.properties.isWhitespace && scalar != "+"
                    && scalar.properties.generalCategory != .control
            }
    }

    static let nameByteCountMax = 255

    /// Whether the bytes are the same: Swift considers texts equal that are spelled with other
    /// scalars.
    static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }
}
