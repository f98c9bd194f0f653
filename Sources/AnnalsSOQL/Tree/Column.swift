/// An item of SELECT (Specification: soql 4).
public struct Column: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// A field, a function, `FIELDS(…)` or `DISTANCE(…)`.
        case field(Expression)
        /// The records of a child relationship.
        indirect case child(Query)
        case typeOf(TypeOf)
    }

    public var kind: Kind
    public var alias: Name?
    /// The item with its alias.
    public var range: SourceRange

    public init(_ kind: Kind, alias: Name? = nil, range: SourceRange = .init()) {
        self.kind = kind
        self.alias = alias
        self.range = range
    }
}

/// `TYPEOF`: other fields for each object that a reference can point to
/// (Specification: soql 3.3).
public struct TypeOf: Hashable, Sendable {
    /// `WHEN object THEN fields`.
    public struct Branch: Hashable, Sendable {
        public var object: Name
        public var fields: [Path]

        public init(_ object: Name, fields: [Path]) {
            self.object = object
            self.fields = fields
        }
    }

    /// The relationship, such as `What`.
    public var path: Path
    /// In the order written, of which the first match is used; never empty.
    public var branches: [Branch]
    /// ELSE; empty if there is none.
    public var otherwise: [Path]

    public init(_ path: Path, branches: [Branch], otherwise: [Path] = []) {
        self.path = path
        self.branches = branches
        self.otherwise = otherwise
    }
}
