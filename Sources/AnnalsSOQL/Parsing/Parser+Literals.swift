// Values (Specification: soql 1).
extension Parser {
    mutating func literal(inLike: Bool = false) throws(SOQLError) -> Literal {
        let start = token.start
        let value = try value(inLike: inLike)
        return Literal(value, range: range(from: start))
    }

    private mutating func value(inLike: Bool) throws(SOQLError) -> Literal.Value {
        if isBinding { return try boundLiteral(inLike: inLike) }
        switch token.kind {
        case .string: return inLike ? .pattern(try likePattern()) : .text(try boundedString())
        case .integer, .decimal, .plus, .minus: return .number(try signedNumber())
        case .date: return .date(try date())
        case .dateTime: return .dateTime(milliseconds: try dateTime())
        case .time: return .time(milliseconds: try time())
        case .name: break
        default: throw missingValue()
        }
        switch token.keyword {
        case .true:
            advance()
            return .boolean(true)
        case .false:
            advance()
            return .boolean(false)
        case .null:
            advance()
            return .null
        case .some: throw missingValue()
        case nil: break
        }
        if let currency = try currency() { return currency }
        return .dateRange(try dateRange())
    }

    /// A number with at most one sign, and a gap allowed after it.
    mutating func signedNumber() throws(SOQLError) -> Number {
        let isNegative = token.kind == .minus
        if isNegative || token.kind == .plus { advance() }
        guard token.isNumber else { throw unexpected() }
        if let end = exponentEnd() {
            throw malformed(
                "missing value at '\(string(token.start, end))'",
                at: SourceRange(token.start, end)
            )
        }
        defer { advance() }
        return Number(digits: string(token), isNegative: isNegative)
    }

    /// The end of the exponent that is written after the number, or `nil`: SOQL has none.
    private func exponentEnd() -> Int? {
        let next = following()
        guard next.kind == .name, next.start == token.end,
            lexer.bytes[next.start].foldedASCII == UInt8(ascii: "e"),
            lexer.digitsEnd(from: next.start + 1) == next.end
        else { return nil }
        return next.end
    }

    mutating func signedInteger() throws(SOQLError) -> Int {
        if isBinding { return try boundInteger() }
        let start = token.start
        let isNegative = token.kind == .minus
        if isNegative || token.kind == .plus { advance() }
        let value = try integer(from: start)
        return isNegative ? -value : value
    }

    /// The next token, which must consist of digits that fit an integer.
    private mutating func integer(from start: Int) throws(SOQLError) -> Int {
        guard token.kind == .integer else { throw unexpected() }
        var value = 0
        for byte in lexer.bytes[token.start..<token.end] {
            let (tens, tooMany) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLarge) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            if tooMany || tooLarge {
                throw SOQLError(
                    Dialect.numberCode,
                    "the number \(string(token)) is too large",
                    at: SourceRange(start, token.end),
                    in: text
                )
            }
            value = sum
        }
        advance()
        return value
    }

    /// `USD5000`: three letters and a number without a gap, which the lexer reads as a name.
    private mutating func currency() throws(SOQLError) -> Literal.Value? {
        let (start, end) = (token.start, token.end)
        guard end - start >= 3 else { return nil }
        let codeEnd = start + 3
        guard lexer.bytes[start..<codeEnd].allSatisfy({ $0.foldedASCII &- 0x61 < 26 }),
            lexer.digitsEnd(from: codeEnd) == end
        else { return nil }
        let fraction = following()
        let hasFraction = fraction.kind == .decimal && fraction.start == end
        guard hasFraction || codeEnd < end else { return nil }
        advance()
        if hasFraction { advance() }
        let amount = Number(digits: string(codeEnd, previousEnd))
        return .currency(code: string(start, codeEnd), amount: amount)
    }

    private mutating func dateRange() throws(SOQLError) -> DateRange {
        guard let word = Word(lexer.bytes[token.start..<token.end]),
            let name = DateRange.Name.byWord[word]
        else { throw missingValue() }
        let start = token.start
        advance()
        switch name {
        case .fixed(let range):
            if token.kind == .colon { throw unexpected() }
            return range
        case .counted(let unit, let form):
            try expect(.colon)
            let count = try integer(from: start)
            if count > Dialect.dateRangeCountMax {
                throw SOQLError(
                    Dialect.numberCode,
                    "the number \(count) is too large for a date literal",
                    at: range(from: start),
                    in: text
                )
            }
            return DateRange(unit, form(count))
        }
    }
}
