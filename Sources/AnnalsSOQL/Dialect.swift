/// The limits of the language, and the choices where its sources are silent or disagree.
///
/// A choice carries a mark for its evidence: `[U]` unverified, `[C]` sources conflict, `[I]`
/// inferred, `[D]` stated by the reference. Everything that a real org may one day show to be different is
/// here.
package enum Dialect {
    // The limits (Specification: soql 11.1).

    /// Characters of a query, counted as UTF-16 units `[I]`.
    package static let lengthMax = 100_000
    /// Characters of one string in WHERE or HAVING, escapes resolved.
    package static let stringLengthMax = 4_000
    package static let offsetMax = 2_000
    /// The LIMIT that `FIELDS(ALL)` and `FIELDS(CUSTOM)` need, and the number of ids that may
    /// replace it.
    package static let fieldsLimitMax = 200
    /// Relationships that one path may cross.
    package static let relationshipLevelsMax = 5
    /// Distinct child-to-parent relationships of a query.
    package static let parentRelationshipsMax = 55
    /// Levels of nested queries, including the root.
    package static let childLevelsMax = 5
    /// The first API version that has more than two of these levels.
    package static let deepChildrenVersion = 58
    /// Child queries in total.
    package static let childQueriesMax = 20
    package static let semiJoinsMax = 2
    package static let groupingFieldsMax = 3
    /// Conditions of `WITH DATA CATEGORY`.
    package static let categoriesMax = 3

    /// Nested parentheses and queries, of any kind.
    ///
    /// Our own limit: it keeps the parser's stack small, and no query that a person or a program
    /// writes in earnest comes near it.
    package static let nestingMax = 100
    /// The largest n of `LAST_N_DAYS:n` and similar literals `[U]`, so that day arithmetic cannot
    /// overflow.
    package static let dateRangeCountMax = Int(Int32.max)
    /// Hours that a zone may be away from UTC `[U]`.
    package static let zoneHoursMax = 23

    // Codes that the sources do not determine.

    /// A negative LIMIT or OFFSET, or one that does not fit an integer `[U]`.
    package static let numberCode = SOQLError.Code.numberOutsideValidRange
    /// A day that does not exist in the calendar, or a year outside 1700 to 4000 `[U]`.
    package static let dateCode = SOQLError.Code.malformedQuery
    /// A third semi-join: a separate code for it exists as well `[U]`.
    package static let semiJoinsCode = SOQLError.Code.malformedQuery
    /// Too many levels or relationships `[U]`.
    package static let relationshipsCode = SOQLError.Code.malformedQuery
    /// Nesting beyond ``nestingMax``.
    package static let nestingCode = SOQLError.Code.queryTooComplicated

    // How things are read, and whether they are accepted.

    /// `\b` is U+0008; the reference calls it the bell `[U]`.
    static let escapeB: UInt8 = 0x08
    /// Whether `LIKE ''` is rejected: one emulator that is calibrated against orgs does so `[U]`.
    static let refusesEmptyPattern = true
    /// Whether `toLabel(Status)` without an alias may be selected together with `Status`.
    ///
    /// The reference requires an alias, since both have the key `Status`; a collected query does
    /// without `[C]`. Such a query parses, but cannot be run: binding it finds two columns with one
    /// key, and rejects it.
    static let requiresAliasBesideField = false
    /// Whether `COUNT()` may be grouped `[U]`.
    static let allowsGroupedCount = false
    /// Whether a child query may have OFFSET, which a pilot allows if the parent has LIMIT 1 `[D]`.
    static let allowsOffsetInChild = false
}
