/// SOQL that parses back to an equal tree: keywords in upper case, one space between words.
///
/// Names are as typed, and a dateTime in UTC. A tree that was built by hand must follow what the
/// parser produces (no empty lists, names that are names), or its text will not parse.
extension Query: CustomStringConvertible {
    package var description: String { text }

    package var text: String {
        var printer = Printer()
        printer.query(self)
        return printer.text
    }
}

extension Condition: CustomStringConvertible {
    package var description: String {
        var printer = Printer()
        printer.condition(self)
        return printer.text
    }
}

extension Expression: CustomStringConvertible {
    package var description: String {
        var printer = Printer()
        printer.expression(self)
        return printer.text
    }
}

extension Literal: CustomStringConvertible {
    package var description: String {
        var printer = Printer()
        printer.literal(self)
        return printer.text
    }
}
