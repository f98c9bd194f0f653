/// A date literal such as `TODAY` or `LAST_N_MONTHS:3` (Specification: soql 7.2).
///
/// It is a run of whole units relative to the current one. `LAST_90_DAYS` is `LAST_N_DAYS:90`,
/// `NEXT_90_DAYS` is `NEXT_N_DAYS:90`, and `TODAY` is the day's `THIS_…`.
package struct DateRange: Hashable, Sendable {
    /// The raw value is the unit's part of the literals' names.
    package enum Unit: String, Hashable, Sendable, CaseIterable {
        case day = "DAY"
        case week = "WEEK"
        case month = "MONTH"
        case quarter = "QUARTER"
        case year = "YEAR"
        case fiscalQuarter = "FISCAL_QUARTER"
        case fiscalYear = "FISCAL_YEAR"
    }

    /// Which literal of the unit; the numbers are 0 or more.
    package enum Form: Hashable, Sendable {
        /// `LAST_WEEK`, `YESTERDAY`.
        case last
        /// `THIS_WEEK`, `TODAY`.
        case this
        /// `NEXT_WEEK`, `TOMORROW`.
        case next
        /// `LAST_N_WEEKS:n`.
        case lastN(Int)
        /// `NEXT_N_WEEKS:n`.
        case nextN(Int)
        /// `N_WEEKS_AGO:n`.
        case ago(Int)

        /// The number, kept within what the parser accepts: sums of it cannot overflow then.
        fileprivate var number: Int {
            switch self {
            case .last, .this, .next: 1
            case .lastN(let count), .nextN(let count), .ago(let count):
                min(max(count, 0), Dialect.dateRangeCountMax)
            }
        }
    }

    package var unit: Unit
    package var form: Form

    package init(_ unit: Unit, _ form: Form) {
        self.unit = unit
        self.form = form
    }

    /// How many units after the current one the range starts; negative before it.
    package var shift: Int {
        switch form {
        case .last: -1
        case .this: 0
        case .next, .nextN: 1
        case .lastN, .ago: -form.number
        }
    }

    /// How many units the range has.
    ///
    /// `LAST_N_DAYS:n` includes today, and so has n + 1. `LAST_N_YEARS:n` starts n years before
    /// this year, like its siblings; one edition of the reference says n + 1.
    package var count: Int {
        switch form {
        case .last, .this, .next, .ago: 1
        case .lastN: unit == .day ? form.number + 1 : form.number
        case .nextN: form.number
        }
    }

    /// Whether the last unit is the current one and counts only up to now: `LAST_N_DAYS`.
    package var endsNow: Bool {
        if case .lastN = form { unit == .day } else { false }
    }
}
