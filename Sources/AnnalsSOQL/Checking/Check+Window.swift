// LIMIT, OFFSET and FOR (Specification: soql 9.2, 10.2).
extension Check {
    func window(_ query: Query, _ groups: Groups, isChild: Bool) throws(SOQLError) {
        if let limit = query.limit {
            if limit < 0 { throw negative("LIMIT", at: query.ranges.limit) }
            if groups.isGrouped, query.grouping == nil {
                throw overall("LIMIT", at: query.ranges.limit)
            }
        }
        guard let offset = query.offset else { return }
        if offset < 0 { throw negative("OFFSET", at: query.ranges.offset) }
        if offset > Dialect.offsetMax {
            throw SOQLError(
                .numberOutsideValidRange,
                "Maximum SOQL offset allowed is \(Dialect.offsetMax)",
                at: query.ranges.offset,
                in: text
            )
        }
        if groups.isGrouped, query.grouping == nil {
            throw overall("OFFSET", at: query.ranges.offset)
        }
    }

    private func negative(_ clause: String, at range: SourceRange) -> SOQLError {
        SOQLError(Dialect.numberCode, "\(clause) cannot be negative", at: range, in: text)
    }

    /// An aggregate of all with LIMIT or OFFSET (Specification: soql 13.7).
    private func overall(_ clause: String, at range: SourceRange) -> SOQLError {
        malformed(
            "Non-grouped query that uses overall aggregate functions cannot also use \(clause)",
            at: range
        )
    }

    /// What FOR UPDATE cannot be combined with (Specification: soql 13.9).
    func purpose(_ query: Query) throws(SOQLError) {
        guard query.purpose == .update else { return }
        if !query.order.isEmpty {
            throw malformed(
                "Explicit ORDER BY not allowed when locking rows (Id order is implied)",
                at: query.ranges.purpose
            )
        }
        if query.offset != nil {
            throw malformed(
                "FOR UPDATE cannot be used in conjunction with the OFFSET clause",
                at: query.ranges.purpose
            )
        }
    }
}
