// Dates and times: the lexer has checked their shape, so digits are where they should be.
extension Parser {
    mutating func date() throws(SOQLError) -> CivilDate {
        let token = token
        guard
            let date = CivilDate(
                year: digits(4, at: token.start),
                month: digits(2, at: token.start + 5),
                day: digits(2, at: token.start + 8)
            )
        else { throw invalidDate(token) }
        advance()
        return date
    }

    /// Milliseconds since 1970 UTC.
    mutating func dateTime() throws(SOQLError) -> Int64 {
        let token = token
        // The year may be out of range here and within it in UTC, which decides.
        let (year, month) = (digits(4, at: token.start), digits(2, at: token.start + 5))
        let day = digits(2, at: token.start + 8)
        guard (1...12).contains(month),
            (1...CivilDate.days(inMonth: month, of: year)).contains(day)
        else { throw invalidDate(token, shown: string(token.start, token.start + 10)) }
        guard let time = millisecondsOfDay(from: token.start + 11, until: token.end)
        else { throw invalidDate(token) }
        let days = CivilDate.daysSince1970(year, month, day)
        let milliseconds = Int64(days) * CivilDate.millisecondsOfDay + Int64(time)
        guard CivilDate.instants.contains(milliseconds) else { throw invalidDate(token) }
        advance()
        return milliseconds
    }

    /// Milliseconds since midnight UTC.
    mutating func time() throws(SOQLError) -> Int {
        guard let time = millisecondsOfDay(from: token.start, until: token.end) else {
            throw invalidDate(token)
        }
        advance()
        let day = Int(CivilDate.millisecondsOfDay)
        return (time % day + day) % day
    }

    /// From midnight UTC of the date written; outside the day if the zone moves it there.
    private func millisecondsOfDay(from start: Int, until end: Int) -> Int? {
        let (hour, minute) = (digits(2, at: start), digits(2, at: start + 3))
        let second = digits(2, at: start + 6)
        guard hour < 24, minute < 60, second < 60 else { return nil }
        var place = start + 8
        var milliseconds = ((hour * 60 + minute) * 60 + second) * 1_000
        if lexer.bytes[place] == UInt8(ascii: ".") {
            place += 1
            let fractionEnd = lexer.digitsEnd(from: place)
            var unit = 100
            while place < fractionEnd {
                milliseconds += digits(1, at: place) * unit
                unit /= 10
                place += 1
            }
        }
        if place == end - 1 { return milliseconds }
        let zoneHour = digits(2, at: place + 1)
        let zoneMinute = digits(2, at: end - 2)
        guard zoneHour <= Dialect.zoneHoursMax, zoneMinute < 60 else { return nil }
        let zone = (zoneHour * 60 + zoneMinute) * 60_000
        return lexer.bytes[place] == UInt8(ascii: "-") ? milliseconds + zone : milliseconds - zone
    }

    private func digits(_ count: Int, at place: Int) -> Int {
        lexer.bytes[place..<place + count].reduce(0) { $0 * 10 + Int($1 & 0x0F) }
    }

    /// A day that the calendar has not (Specification: soql 13.6).
    ///
    /// - Parameter shown: The part that is impossible, if it is not all of it.
    private func invalidDate(_ token: Token, shown: String? = nil) -> SOQLError {
        SOQLError(
            Dialect.dateCode,
            "Invalid date: \(shown ?? string(token))",
            at: range(of: token),
            in: text
        )
    }
}
