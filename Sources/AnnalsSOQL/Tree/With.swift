/// One choice of `WITH DATA CATEGORY` (Specification: soql 10.1).
package struct CategoryFilter: Hashable, Sendable {
    package enum Selector: String, Hashable, Sendable, CaseIterable {
        case at = "AT"
        case above = "ABOVE"
        case below = "BELOW"
        case aboveOrBelow = "ABOVE_OR_BELOW"
    }

    package var group: Name
    package var selector: Selector
    /// Never empty.
    package var categories: [Name]

    package init(_ group: Name, _ selector: Selector, _ categories: [Name]) {
        self.group = group
        self.selector = selector
        self.categories = categories
    }
}

/// `WITH name = 'text'`, for feeds of a user.
package struct NamedFilter: Hashable, Sendable {
    package var name: Name
    package var value: String

    package init(_ name: Name, equals value: String) {
        self.name = name
        self.value = value
    }
}

/// `WITH USER_MODE`, `WITH SECURITY_ENFORCED`, `WITH RecordVisibilityContext (…)` and others of
/// that form: the parser knows none of them by name.
package struct Mode: Hashable, Sendable {
    package struct Argument: Hashable, Sendable {
        package enum Value: Hashable, Sendable {
            case text(String)
            /// Digits without a sign.
            case number(Number)
            case boolean(Bool)
        }

        package var name: Name
        package var value: Value

        package init(_ name: Name, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    package var name: Name
    package var arguments: [Argument]

    package init(_ name: Name, _ arguments: [Argument] = []) {
        self.name = name
        self.arguments = arguments
    }
}
