/// The supported versions of the API: whole numbers, written `60` or `60.0`.
public enum APIVersion {
    /// The oldest supported version: Salesforce retired those before it in 2025.
    public static let oldest = 31
    /// The newest supported version.
    public static let newest = 67

    /// The number of a version; `nil` for text that isn't one.
    package static func number(_ text: String) -> Int? {
        let digits = text.hasSuffix(".0") ? text.dropLast(2) : text[...]
        guard (1...3).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(digits)
    }
}
