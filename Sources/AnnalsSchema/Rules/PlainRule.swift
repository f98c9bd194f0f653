/// Decides whether a value is kept in a field exactly as given, without a closer look.
///
/// Nearly every value is: it has the field's type, no white space at its ends and the right length.
/// ``Field/normalized(_:isTruncating:)`` handles the others, and says what is wrong with them.
package struct PlainRule: Sendable {
    package enum Form: UInt8, Sendable {
        case text, picklist, boolean, reference
        /// Always needs a closer look.
        case other
    }

    package let id: FieldID
    package let form: Form
    /// Whether it can be set on create and on update.
    package let isWritable: Bool
    package let isReference: Bool
    package let isOwner: Bool
    /// Characters that a text may have.
    package let length: Int
    /// The entries of a picklist that are kept as they are.
    package let entries: [String]

    init(_ field: Field) {
        id = field.id
        isWritable = field.has([.create, .update])
        isReference = field.kind == .reference
        isOwner = field.isOwner
        length = field.length
        // Determined by what the closer look would do to an entry, so that the two agree.
        entries =
            field.kind == .picklist
            ? field.admittedEntries.filter { entry in
                (try? field.normalized(.text(entry), isTruncating: false)) == .text(entry)
            } : []
        switch field.kind {
        case .string, .textarea, .phone, .url: form = .text
        case .picklist: form = .picklist
        case .boolean: form = .boolean
        case .reference: form = .reference
        case .id, .int, .double, .date, .datetime, .email: form = .other
        }
    }

    /// Whether the text, in UTF-8, fits the field as it is.
    package func admits(_ text: Span<UInt8>) -> Bool {
        // A UTF-8 length is never below the UTF-16 length.
        guard !text.isEmpty, text.count <= length, Self.isVisible(text[0]),
            Self.isVisible(text[text.count - 1])
        else { return false }
        return !text.holdsNull
    }

    /// ASCII, neither white space nor a control character.
    private static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
}
