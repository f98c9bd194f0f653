package import AnnalsSOQL

/// The choices of meaning where the sources are silent or disagree, in one place.
///
/// Those of the language itself are in AnnalsSOQL's `Dialect`. The marks are the same.
package enum QueryDialect {
    /// Where nulls sort when the query does not say: first, in both directions `[C]`.
    ///
    /// The reference says "first by default" and names no direction; three secondary sources say
    /// last for DESC.
    package static func defaultNulls(isDescending: Bool) -> OrderKey.NullPlacement { .first }

    /// Whether NOT IN keeps records whose field is null, unless the list holds null `[C]`.
    package static let notInKeepsNulls = true
    /// The code for a field that cannot be sorted or grouped `[U]`.
    package static let unsortableCode = SOQLError.Code.malformedQuery
}
