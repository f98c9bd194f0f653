/// The names that objects, fields and relationships may have: ASCII letters, digits and
/// underscores, a letter first, no underscore last, and no two in a row.
///
/// A custom name ends with `__c`, and a namespace may precede it: `ns__Name__c`.
enum APIName {
    /// Characters of a name, without suffix and namespace.
    static let lengthMax = 40
    private static let namespaceLengthMax = 15

    static func isCustom(_ name: String) -> Bool {
        guard let name = name.droppingSuffix("__c") else { return false }
        return isQualified(name)
    }

    /// The name of a relationship, with or without the suffix `__r` of custom ones.
    static func isRelationship(_ name: String) -> Bool {
        guard let name = name.droppingSuffix("__r") else { return isPlain(name.utf8[...]) }
        return isQualified(name)
    }

    static let rule =
        "begins with a letter, has letters, digits and underscores, at most \(lengthMax) of them, and "
        + "neither ends with an underscore nor has two of them side by side"

    private static func isQualified(_ name: Substring.UTF8View) -> Bool {
        if isPlain(name) { return true }
        let underscore = UInt8(ascii: "_")
        guard let end = name.firstIndex(of: underscore),
            name[end...].dropFirst().first == underscore
        else { return false }
        let namespace = name[..<end]
        return namespace.count <= namespaceLengthMax && isPlain(namespace)
            && isPlain(name[end...].dropFirst(2))
    }

    private static func isPlain(_ name: Substring.UTF8View) -> Bool {
        guard (1...lengthMax).contains(name.count), let first = name.first, isLetter(first),
            name.last != UInt8(ascii: "_")
        else { return false }
        var last: UInt8 = 0
        for byte in name {
            let isUnderscore = byte == UInt8(ascii: "_")
            guard isUnderscore ? last != byte : Base62.value(of: byte) != nil else { return false }
            last = byte
        }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

extension String {
    /// The bytes before `suffix`, which is ASCII; `nil` if the text does not end with it.
    ///
    /// `hasSuffix` would compare characters, and treat a combining mark after the suffix as part of
    /// its last letter.
    fileprivate func droppingSuffix(_ suffix: String) -> Substring.UTF8View? {
        guard utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else { return nil }
        return utf8.dropLast(suffix.utf8.count)
    }
}
