/// One choice of `WITH DATA CATEGORY` (Specification: soql 10.1).
public struct CategoryFilter: Hashable, Sendable {
    public enum Selector: String, Hashable, Sendable, CaseIterable {
        case at = "AT"
        case above = "ABOVE"
        case below = "BELOW"
        case aboveOrBelow = "ABOVE_OR_BELOW"
    }

    public var group: Name
    public var selector: Selector
    /// Never empty.
    public var categories: [Name]

    public init(_ group: Name, _ selector: Selector, _ categories: [Name]) {
        self.group = group
        self.selector = selector
        self.categories = categories
    }
}

/// `WITH name = 'text'`, for feeds of a user.
public struct NamedFilter: Hashable, Sendable {
    public var name: Name
    public var value: String

    public init(_ name: Name, equals value: String) {
        self.name = name
        self.value = value
    }
}

/// `WITH USER_MODE`, `WITH SECURITY_ENFORCED`, `WITH RecordVisibilityContext (…)` and others of
/// that form: the parser knows none of them by name.
public struct Mode: Hashable, Sendable {
    public struct Argument: Hashable, Sendable {
        public enum Value: Hashable, Sendable {
            case text(String)
            /// Digits without a sign.
            case number(Number)
            case boolean(Bool)
        }

        public var name: Name
        public var value: Value

        public init(_ name: Name, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    public var name: Name
    public var arguments: [Argument]

    public init(_ name: Name, _ arguments: [Argument] = []) {
        self.name = name
        self.arguments = arguments
    }
}
