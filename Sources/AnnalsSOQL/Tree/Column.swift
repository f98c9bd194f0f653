/// An item of SELECT (Specification: soql 4).
package struct Column: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A field, a function, `FIELDS(…)` or `DISTANCE(…)`.
        case field(Expression)
        /// The records of a child relationship.
        indirect case child(Query)
        case typeOf(TypeOf)
    }

    package var kind: Kind
    package var alias: Name?
    /// The item with its alias.
    package var range: SourceRange

    package init(_ kind: Kind, alias: Name? = nil, range: SourceRange = .init()) {
        self.kind = kind
        self.alias = alias
        self.range = range
    }
}

/// `TYPEOF`: other fields for each object that a reference can point to
/// (Specification: soql 3.3).
package struct TypeOf: Hashable, Sendable {
    /// `WHEN object THEN fields`.
    package struct Branch: Hashable, Sendable {
        package var object: Name
        package var fields: [Path]

        package init(_ object: Name, fields: [Path]) {
            self.object = object
            self.fields = fields
        }
    }

    /// The relationship, such as `What`.
    package var path: Path
    /// In the order written, of which the first match is used; never empty.
    package var branches: [Branch]
    /// ELSE; empty if there is none.
    package var otherwise: [Path]

    package init(_ path: Path, branches: [Branch], otherwise: [Path] = []) {
        self.path = path
        self.branches = branches
        self.otherwise = otherwise
    }
}
