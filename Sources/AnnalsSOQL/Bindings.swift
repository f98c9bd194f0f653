/// The values that stand for `:name` in a query: a bound value becomes a literal of the tree, and never
/// text of the query, so that no value can change what a query means.
package struct Bindings: Hashable, Sendable {
    /// What stands for one name.
    package enum Bound: Hashable, Sendable {
        case value(Literal.Value)
        /// Of IN and NOT IN; may be empty, which is in nothing.
        case list([Literal.Value])
    }

    /// By the names as the parser compares them.
    private(set) var bound: [String: Bound]
    /// As they were given.
    private let names: [String: String]

    /// - Returns: `nil` where two names are the same but for the case of their letters.
    package init?(_ values: [String: Bound]) {
        var bound: [String: Bound] = [:]
        var names: [String: String] = [:]
        for (name, value) in values {
            guard bound.updateValue(value, forKey: name.foldedName) == nil else { return nil }
            names[name.foldedName] = name
        }
        self.bound = bound
        self.names = names
    }

    subscript(name: String) -> Bound? { bound[name.foldedName] }

    /// The first, by name, that is not among those used.
    func unused(_ used: Set<String>) -> String? {
        names.filter { !used.contains($0.key) }.values.min()
    }
}
