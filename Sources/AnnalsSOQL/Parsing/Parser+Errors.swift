// The parser's errors where the text does not fit the grammar (Specification: soql 13.2).
extension Parser {
    func malformed(_ message: String, at range: SourceRange) -> SOQLError {
        SOQLError(.malformedQuery, message, at: range, in: text)
    }

    /// The next token is not allowed here.
    func unexpected() -> SOQLError {
        switch token.kind {
        case .unknown: return noAlternative(at: token.start)
        case .broken: return noAlternative(at: token.end)
        case .unterminated:
            return lexical(
                "mismatched character '\(character(at: token.end))' expecting '''",
                token
            )
        case .colon where options.bindings != nil:
            return malformed("no value can be bound here", at: range(of: token))
        case .colon where following().kind == .name || following().kind == .path:
            return malformed("Bind variables only allowed in Apex code", at: range(of: token))
        default:
            return malformed("unexpected token: '\(spelling)'", at: range(of: token))
        }
    }

    /// The next token is in place of a value.
    func missingValue() -> SOQLError {
        switch token.keyword {
        case .and, .or, .with, .group, .order, .limit, .offset, .for, .update, .having:
            break
        default:
            if token.kind != .endOfText && token.kind != .close { return unexpected() }
        }
        return malformed("missing value at '\(spelling)'", at: range(of: token))
    }

    /// The next token as typed, a string without its quotes.
    private var spelling: String {
        switch token.kind {
        case .endOfText: "<EOF>"
        case .string: string(token.start + 1, token.end - 1)
        default: string(token)
        }
    }

    private func noAlternative(at place: Int) -> SOQLError {
        let found = character(at: place)
        let token = Token(kind: .unknown, start: place, end: lexer.scalarEnd(from: place))
        return lexical("no viable alternative at character '\(found)'", token)
    }

    /// An error of the lexer's, which repeats its place.
    private func lexical(_ message: String, _ token: Token) -> SOQLError {
        let place = token.kind == .unterminated ? token.end : token.start
        let position = SourcePosition(of: place, in: text)
        return malformed(
            "line \(position.row):\(position.column) \(message)",
            at: SourceRange(place, place)
        )
    }

    private func character(at place: Int) -> String {
        place < lexer.count ? string(place, lexer.scalarEnd(from: place)) : "<EOF>"
    }
}
