/// The limits of the language, and the choices where its sources are silent or disagree.
///
/// A choice carries a mark for its evidence: `[U]` unverified, `[C]` sources conflict, `[I]`
/// inferred, `[D]` told by the reference. All that a real org may one day show to be otherwise is here.
public enum Dialect {
    // The limits (Specification: soql 11.1).

    /// Characters of a query, counted as UTF-16 units `[I]`.
    public static let lengthMax = 100_000
    /// Characters of one string in WHERE or HAVING, escapes resolved.
    public static let stringLengthMax = 4_000
    public static let offsetMax = 2_000
    /// The LIMIT that `FIELDS(ALL)` and `FIELDS(CUSTOM)` need, and the ids that may stand for it.
    public static let fieldsLimitMax = 200
    /// Relationships that one path may cross.
    public static let relationshipLevelsMax = 5
    /// Distinct child-to-parent relationships of a query.
    public static let parentRelationshipsMax = 55
    /// Levels of queries in queries, the root counted.
    public static let childLevelsMax = 5
    /// The first API version that has more than two levels of them.
    public static let deepChildrenVersion = 58
    /// Child queries in all.
    public static let childQueriesMax = 20
    public static let semiJoinsMax = 2
    public static let groupingFieldsMax = 3
    /// Conditions of `WITH DATA CATEGORY`.
    public static let categoriesMax = 3

    /// Parentheses and queries within one another, of any kind.
    ///
    /// Ours: it keeps the parser's stack small, and no query that a person or a program writes in
    /// earnest comes near it.
    public static let nestingMax = 100
    /// The largest n of `LAST_N_DAYS:n` and its like `[U]`, so that day arithmetic cannot overflow.
    public static let dateRangeCountMax = Int(Int32.max)
    /// Hours that a zone may be away from UTC `[U]`.
    public static let zoneHoursMax = 23

    // Codes that the sources do not settle.

    /// A negative LIMIT or OFFSET, or one that no integer holds `[U]`.
    public static let numberCode = SOQLError.Code.numberOutsideValidRange
    /// A day that the calendar has not, or a year outside 1700 to 4000 `[U]`.
    public static let dateCode = SOQLError.Code.malformedQuery
    /// A third semi-join: an own code for it exists as well `[U]`.
    public static let semiJoinsCode = SOQLError.Code.malformedQuery
    /// Too many levels or relationships `[U]`.
    public static let relationshipsCode = SOQLError.Code.malformedQuery
    /// Nesting beyond ``nestingMax``.
    public static let nestingCode = SOQLError.Code.queryTooComplicated

    // What is read how, or accepted.

    /// `\b` is U+0008; the reference calls it the bell `[U]`.
    static let escapeB: UInt8 = 0x08
    /// Whether `LIKE ''` is refused: one emulator that is calibrated against orgs does `[U]`.
    static let refusesEmptyPattern = true
    /// Whether `toLabel(Status)` without alias may stand beside `Status`.
    ///
    /// The reference asks for an alias, since both have the key `Status`; a collected query does
    /// without `[C]`. It is a query then, but none that can be answered: binding it finds two
    /// columns of one key, and refuses it.
    static let requiresAliasBesideField = false
    /// Whether `COUNT()` may be grouped `[U]`.
    static let allowsGroupedCount = false
    /// Whether a child query may have OFFSET, which a pilot allows beside a parent's LIMIT 1 `[D]`.
    static let allowsOffsetInChild = false
}
