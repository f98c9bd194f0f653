/// The layout of an object, as a person declares it (Describing.md); the layout derived from the
/// schema has this form, too.
public struct LayoutFile: Sendable, Hashable {
    /// The API name of the object.
    package var object: String
    package var sections: [Section]

    package struct Section: Sendable, Hashable {
        package var heading: String?
        /// How many cells a row may have, 1 to 4.
        package var columns = 2
        package var tabOrder = TabOrder.topToBottom
        package var useCollapsibleSection = false
        package var collapsed = false
        /// `nil` for an empty place.
        package var rows: [[Cell?]]

        package init(heading: String?, rows: [[Cell?]]) {
            self.heading = heading
            self.rows = rows
        }
    }

    package struct Cell: Sendable, Hashable {
        /// The API name of the field.
        package var field: String
        /// The field's own label, if `nil`.
        package var label: String?
        /// As the field is declared, if `nil`.
        package var behavior: Behavior?
        /// How many lines it gets, 1 to 100; by default one, or five for a long text.
        package var displayLines: Int?

        package init(_ field: String) { self.field = field }
    }

    /// What a page lets people do with a field, in the words of `uiBehavior`.
    public enum Behavior: String, Sendable, CaseIterable {
        case edit = "Edit"
        case required = "Required"
        case readonly = "Readonly"
    }

    /// The API's names for the tab order.
    public enum TabOrder: String, Sendable, CaseIterable {
        case leftToRight = "LeftToRight"
        case topToBottom = "TopToBottom"
    }

    package init(object: String, sections: [Section]) {
        self.object = object
        self.sections = sections
    }
}

/// Why a layout file cannot be the layout of an object.
public struct LayoutError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it was found, such as `sections[0].rows[2][1].field`.
    public let place: String
    /// What is wrong there.
    public let reason: String

    init(_ place: String, _ reason: String) {
        self.place = place
        self.reason = reason
    }

    public var description: String { place.isEmpty ? reason : "\(place): \(reason)" }
}
