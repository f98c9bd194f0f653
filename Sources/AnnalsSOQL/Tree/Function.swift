/// The functions of SOQL that take a field (Specification: soql 4.4, 4.6, 4.7).
///
/// The raw value is the reference's spelling; in a query any case is accepted. `DISTANCE` is not
/// here: it does not take one argument, and ``Distance`` is its node.
package enum Function: String, Hashable, Sendable, CaseIterable {
    case count = "COUNT"
    case countDistinct = "COUNT_DISTINCT"
    case sum = "SUM"
    case avg = "AVG"
    case min = "MIN"
    case max = "MAX"
    case grouping = "GROUPING"

    case calendarYear = "CALENDAR_YEAR"
    case calendarQuarter = "CALENDAR_QUARTER"
    case calendarMonth = "CALENDAR_MONTH"
    case fiscalYear = "FISCAL_YEAR"
    case fiscalQuarter = "FISCAL_QUARTER"
    case fiscalMonth = "FISCAL_MONTH"
    case dayInYear = "DAY_IN_YEAR"
    case dayInMonth = "DAY_IN_MONTH"
    case dayInWeek = "DAY_IN_WEEK"
    case weekInYear = "WEEK_IN_YEAR"
    case weekInMonth = "WEEK_IN_MONTH"
    case dayOnly = "DAY_ONLY"
    case hourInDay = "HOUR_IN_DAY"

    case convertTimezone = "convertTimezone"
    case convertCurrency = "convertCurrency"
    case format = "FORMAT"
    case toLabel = "toLabel"
    case fields = "FIELDS"

    package enum Kind: Hashable, Sendable {
        /// Makes one value of many records.
        case aggregate
        /// `GROUPING`: distinguishes a subtotal from a group.
        case grouping
        /// A part of a date or dateTime.
        case date
        /// Changes how a value is shown or in which unit.
        case conversion
        /// `FIELDS`.
        case fields
    }

    package var kind: Kind {
        switch self {
        case .count, .countDistinct, .sum, .avg, .min, .max: .aggregate
        case .grouping: .grouping
        case .calendarYear, .calendarQuarter, .calendarMonth, .fiscalYear, .fiscalQuarter,
            .fiscalMonth, .dayInYear, .dayInMonth, .dayInWeek, .weekInYear, .weekInMonth, .dayOnly,
            .hourInDay:
            .date
        case .convertTimezone, .convertCurrency, .format, .toLabel: .conversion
        case .fields: .fields
        }
    }

    package var isAggregate: Bool { kind == .aggregate }

    /// The function of that name, ignoring case.
    package init?(named name: String) {
        guard let word = Word(name), let function = Function.byWord[word] else { return nil }
        self = function
    }

    static let byWord = Word.table(allCases) { $0.rawValue }
}
