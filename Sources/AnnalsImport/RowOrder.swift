internal import AnnalsSchema

/// The order in which rows are imported, and the time of each.
struct RowOrder {
    struct Entry {
        let row: Int
        /// `nil` where the row has no time, or none that can be read.
        let time: Timestamp?
    }

    let entries: [Entry]

    init(_ source: ImportSource, _ mapping: ImportMapping) {
        var entries: [Entry] = []
        entries.reserveCapacity(source.rows.count)
        for index in source.rows.indices {
            let time = mapping.isSorted ? Self.time(of: index, source, mapping) : nil
            entries.append(Entry(row: index, time: time))
        }
        if mapping.isSorted {
            // Stable, and rows without a time first: they are refused anyway.
            let first = Timestamp(milliseconds: .min)
            entries.sort { ($0.time ?? first, $0.row) < ($1.time ?? first, $1.row) }
        }
        self.entries = entries
    }

    private static func time(
        of index: Int,
        _ source: ImportSource,
        _ mapping: ImportMapping
    ) -> Timestamp? {
        guard let row = try? source.row(index, nulls: mapping.nulls) else { return nil }
        return mapping.time(of: row)
    }
}

extension ImportMapping {
    /// When the change of the row happened; `nil` where it does not tell.
    func time(of row: ImportRow) -> Timestamp? {
        guard case .value(let value)? = time?.evaluate(row) else { return nil }
        switch timeFormat {
        case .iso: return Timestamp(value.description)
        case .dayFirst: return Self.dayFirst(value.description)
        }
    }

    /// Reads `29/2/2016 01:16`, UTC.
    private static func dayFirst(_ text: String) -> Timestamp? {
        let parts = text.split(whereSeparator: { "/ :".contains($0) }).map { Int64($0) }
        guard parts.count == 5, let day = parts[0], let month = parts[1], let year = parts[2],
            let hour = parts[3], let minute = parts[4], (0..<24).contains(hour),
            (0..<60).contains(minute),
            let date = CalendarDate(year: year, month: month, day: day)
        else { return nil }
        return Timestamp(
            milliseconds: Int64(date.days) * 86_400_000 + (hour * 60 + minute) * 60_000
        )
    }
}
