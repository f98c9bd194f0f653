/// What is selected, compared, grouped by or sorted by.
package enum Expression: Hashable, Sendable {
    case path(Path)
    indirect case call(FunctionCall)
    indirect case distance(Distance)

    package var range: SourceRange {
        switch self {
        case .path(let path): path.range
        case .call(let call): call.range
        case .distance(let distance): distance.range
        }
    }
}

/// A function and its one argument (Specification: soql 2.1).
package struct FunctionCall: Hashable, Sendable {
    /// As typed.
    package var name: Name
    /// Never absent in a parsed query: `COUNT()` is ``Query/isCount``.
    package var argument: Expression
    package var range: SourceRange
    /// The function named `name`; `nil` if SOQL has no function of that name.
    package let function: Function?

    package init(_ name: Name, of argument: Expression, range: SourceRange = .init()) {
        self.init(name, Function(named: name.text), of: argument, range: range)
    }

    init(_ name: Name, _ function: Function?, of argument: Expression, range: SourceRange) {
        self.name = name
        self.argument = argument
        self.range = range
        self.function = function
    }

    /// For `FIELDS(…)`, which fields; `nil` for other calls, or if it names no such group.
    package var fieldGroup: FieldGroup? {
        guard function == .fields, case .path(let path) = argument, path.segments.count == 1
        else { return nil }
        return FieldGroup.allCases.first { path.last.matches($0.rawValue) }
    }
}

/// The groups that `FIELDS(…)` stands for (Specification: soql 4.3).
package enum FieldGroup: String, Hashable, Sendable, CaseIterable {
    case all = "ALL"
    case standard = "STANDARD"
    case custom = "CUSTOM"
}

/// `DISTANCE(field, GEOLOCATION(latitude, longitude), 'unit')` (Specification: soql 4.7).
package struct Distance: Hashable, Sendable {
    package var path: Path
    package var latitude: Number
    package var longitude: Number
    /// As typed: `mi` or `km` in any case, which is checked later.
    package var unit: String
    package var range: SourceRange

    package init(
        from path: Path,
        latitude: Number,
        longitude: Number,
        unit: String,
        range: SourceRange = .init()
    ) {
        self.path = path
        self.latitude = latitude
        self.longitude = longitude
        self.unit = unit
        self.range = range
    }
}
