/// The words that the grammar knows (Specification: soql 1.2).
enum Keyword: String, CaseIterable {
    // Reserved: no field, object or alias by itself.
    case and, or, not, `in`, like, includes, excludes
    case `true`, `false`, null, nulls, first, last, asc, desc
    case select, from, `where`, with, having, rollup, cube, by, limit
    case `for`, using, lookup, update, `as`, `else`, bind
    // Recognized only by their place, and names everywhere else.
    case group, order, offset, scope
    case typeof, when, then, end
    case data, category, at, above, below, aboveOrBelow = "above_or_below"
    case view, reference, tracking, viewstat
    case count, distance, geolocation
    case all, rows

    var isReserved: Bool {
        switch self {
        case .and, .or, .not, .in, .like, .includes, .excludes, .true, .false, .null, .nulls,
            .first, .last, .asc, .desc, .select, .from, .where, .with, .having, .rollup, .cube,
            .by, .limit, .for, .using, .lookup, .update, .as, .else, .bind:
            true
        case .group, .order, .offset, .scope, .typeof, .when, .then, .end, .data, .category, .at,
            .above, .below, .aboveOrBelow, .view, .reference, .tracking, .viewstat, .count,
            .distance, .geolocation, .all, .rows:
            false
        }
    }

    /// The longest, `above_or_below`.
    static let lengthMax = 14

    static let byWord = Word.table(allCases) { $0.rawValue }
}
