extension Failure {
    /// The message for a person: one line, or the several lines of the API's message about a query,
    /// of which the second points into the first.
    var text: String {
        let lines = message.split(separator: "\n", maxSplits: 4, omittingEmptySubsequences: false)
            .map(String.init)
        guard lines.count == 5, lines[0].isEmpty, lines[2].hasSuffix("^"),
            lines[3].hasPrefix("ERROR at Row:")
        else { return sentence.safeForTerminal }
        let before = String(lines[1].prefix(lines[2].count - 1))
        let caret = "^".indented(by: before.safeForTerminal.count)
        let shown = [lines[1].safeForTerminal, caret, lines[3], lines[4].safeForTerminal]
        return "\(code):\n" + shown.joined(separator: "\n")
    }
}

extension String {
    fileprivate func indented(by width: Int) -> String {
        String(repeating: " ", count: width) + self
    }
}
