/// Reads the grammar by descent, one token ahead (Specification: soql 2.1).
///
/// Where a word may be a name or a keyword, one more token is examined; there is no backtracking.
struct Parser {
    let text: String
    let lexer: Lexer
    let options: SOQLParser.Options
    /// The next token, not consumed yet.
    var token: Token
    /// Where the last consumed token ended.
    var previousEnd = 0
    /// The names, folded, whose bound values were used.
    var used: Set<String> = []
    private var depth = 0

    init(_ text: String, options: SOQLParser.Options) {
        self.text = text
        self.options = options
        lexer = Lexer(text)
        token = lexer.token(at: 0)
    }

    /// Consumes the next token.
    mutating func advance() {
        previousEnd = token.end
        token = lexer.token(at: token.end)
    }

    /// The token after the next.
    func following() -> Token { lexer.token(at: token.end) }

    /// Consumes the next token if it is of that kind.
    mutating func skip(_ kind: Token.Kind) -> Bool {
        guard token.kind == kind else { return false }
        advance()
        return true
    }

    /// Consumes the next token if it is that word.
    mutating func skip(_ keyword: Keyword) -> Bool {
        guard token.keyword == keyword else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind) throws(SOQLError) {
        guard skip(kind) else { throw unexpected() }
    }

    mutating func expect(_ keyword: Keyword) throws(SOQLError) {
        guard skip(keyword) else { throw unexpected() }
    }

    /// Runs `read` one level deeper, as far as levels are allowed.
    mutating func nested<Node>(
        _ read: (inout Parser) throws(SOQLError) -> Node
    ) throws(SOQLError) -> Node {
        guard depth < Dialect.nestingMax else {
            throw SOQLError(
                Dialect.nestingCode,
                "parentheses and queries nest at most \(Dialect.nestingMax) deep",
                at: range(of: token),
                in: text
            )
        }
        depth += 1
        let node = try read(&self)
        depth -= 1
        return node
    }

    /// One or more of what `read` reads, with commas between.
    mutating func list<Node>(
        _ read: (inout Parser) throws(SOQLError) -> Node
    ) throws(SOQLError) -> [Node] {
        var nodes = [try read(&self)]
        while skip(.comma) { nodes.append(try read(&self)) }
        return nodes
    }

    func range(of token: Token) -> SourceRange { SourceRange(token.start, token.end) }

    /// From `start` to the end of the last consumed token.
    func range(from start: Int) -> SourceRange { SourceRange(start, previousEnd) }

    /// The text of a token, which is always whole characters.
    func string(_ token: Token) -> String { string(token.start, token.end) }

    func string(_ start: Int, _ end: Int) -> String {
        String(decoding: lexer.bytes[start..<end], as: UTF8.self)
    }
}

// Names and paths (Specification: soql 1.2).
extension Parser {
    /// A single name, which must not be a reserved word.
    mutating func name() throws(SOQLError) -> Name {
        guard token.isFreeName else { throw unexpected() }
        let name = Name(string(token), range: range(of: token))
        advance()
        return name
    }

    /// One name, or names joined by dots, of which the first must not be a reserved word.
    mutating func path() throws(SOQLError) -> Path {
        guard token.kind == .path else {
            let name = try name()
            return Path([name], range: name.range)
        }
        var segments: [Name] = []
        var start = token.start
        for place in token.start...token.end
        where place == token.end || lexer.bytes[place] == UInt8(ascii: ".") {
            segments.append(Name(string(start, place), range: SourceRange(start, place)))
            start = place + 1
        }
        if let word = Word(segments[0].text), Keyword.byWord[word]?.isReserved == true {
            throw unexpected()
        }
        let path = Path(segments, range: range(of: token))
        advance()
        return path
    }
}
