import Annals
import ArgumentParser

/// A reader's place in the log: a position, and the first digits of the digest of the transaction
/// that contains it, such as `1200@0bcfde0a12345678`.
struct LogPlace: ExpressibleByArgument {
    /// Fewer could match another history by chance.
    private static let digitCounts = 8...64

    let position: Position
    let digest: String?

    init?(argument: String) {
        let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
        guard let position = Position(argument: String(parts[0])), parts.count <= 2 else {
            return nil
        }
        self.position = position
        guard parts.count == 2 else {
            digest = nil
            return
        }
        guard Self.digitCounts.contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { return nil }
        digest = String(parts[1])
    }
}
