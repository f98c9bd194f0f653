internal import AnnalsJSON
internal import AnnalsSchema

extension LayoutFile {
    /// Reads a layout file.
    ///
    /// Whether its fields exist is checked when an object is described with it.
    public init(json: [UInt8]) throws(LayoutError) {
        let reader = LayoutReader()
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(json)
        } catch {
            throw LayoutError("", "\(error)")
        }
        let members = try reader.object(value, at: "", keys: ["object", "sections"])
        let sections = try reader.list(members["sections"], at: "sections")
        guard !sections.isEmpty else {
            throw LayoutError("sections", "it is empty, and a layout has at least one section")
        }
        self.init(object: try reader.text(members["object"], at: "object"), sections: [])
        for (index, section) in sections.enumerated() {
            self.sections.append(try reader.section(section, at: "sections[\(index)]"))
        }
    }
}

/// Reads the parts of a layout file, and reports where one is wrong.
private struct LayoutReader {
    func section(
        _ value: JSONValue,
        at place: String
    ) throws(LayoutError) -> LayoutFile.Section {
        let members = try object(
            value,
            at: place,
            keys: ["heading", "columns", "tabOrder", "useCollapsibleSection", "collapsed", "rows"]
        )
        var section = LayoutFile.Section(heading: nil, rows: [])
        if let heading = members["heading"], heading != JSONValue.null {
            section.heading = try text(heading, at: "\(place).heading")
        }
        section.columns = try number(members["columns"], at: "\(place).columns", 1...4) ?? 2
        section.tabOrder = try word(members["tabOrder"], at: "\(place).tabOrder") ?? .topToBottom
        let foldable = "\(place).useCollapsibleSection"
        section.useCollapsibleSection = try flag(members["useCollapsibleSection"], at: foldable)
        section.collapsed = try flag(members["collapsed"], at: "\(place).collapsed")
        guard section.useCollapsibleSection || !section.collapsed else {
            throw LayoutError(
                "\(place).collapsed",
                "no one could expand it: useCollapsibleSection is not true"
            )
        }
        for (index, row) in try list(members["rows"], at: "\(place).rows").enumerated() {
            let place = "\(place).rows[\(index)]"
            let values = try list(row, at: place)
            guard (1...section.columns).contains(values.count) else {
                throw LayoutError(
                    place,
                    "it has \(values.count) cells where 1 to \(section.columns) are expected"
                )
            }
            var cells: [LayoutFile.Cell?] = []
            for (index, value) in values.enumerated() {
                cells.append(try cell(value, at: "\(place)[\(index)]"))
            }
            section.rows.append(cells)
        }
        guard !section.rows.isEmpty else {
            throw LayoutError("\(place).rows", "it is empty, and a section has at least one row")
        }
        return section
    }

    /// A field's name, an object with more about it, or null for an empty place.
    private func cell(
        _ value: JSONValue,
        at place: String
    ) throws(LayoutError) -> LayoutFile.Cell? {
        switch value {
        case .null: return nil
        case .members:
            let members = try object(
                value,
                at: place,
                keys: ["field", "label", "behavior", "displayLines"]
            )
            var cell = LayoutFile.Cell(try text(members["field"], at: "\(place).field"))
            if let label = members["label"] {
                cell.label = try text(label, at: "\(place).label")
            }
            cell.behavior = try word(members["behavior"], at: "\(place).behavior")
            cell.displayLines = try number(
                members["displayLines"],
                at: "\(place).displayLines",
                1...100
            )
            return cell
        case .text(""): throw wrong(value, at: place, expected: "the name of a field")
        case .text(let name): return LayoutFile.Cell(name)
        default: throw wrong(value, at: place, expected: "a field, an object or null")
        }
    }

    /// The members of an object that may only have the names in `keys`.
    func object(
        _ value: JSONValue,
        at place: String,
        keys: [String]
    ) throws(LayoutError) -> [String: JSONValue] {
        guard case .members(let members) = value else {
            throw wrong(value, at: place, expected: "an object")
        }
        if let unknown = members.first(where: { !keys.contains($0.name) }) {
            throw LayoutError(
                place.isEmpty ? unknown.name : "\(place).\(unknown.name)",
                "it is none of \(keys.joined(separator: ", "))"
            )
        }
        return Dictionary(
            members.map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    func list(_ value: JSONValue?, at place: String) throws(LayoutError) -> [JSONValue] {
        guard case .array(let values)? = value else {
            throw wrong(value, at: place, expected: "a list")
        }
        return values
    }

    func text(_ value: JSONValue?, at place: String) throws(LayoutError) -> String {
        guard case .text(let text)? = value, !text.isEmpty else {
            throw wrong(value, at: place, expected: "a text")
        }
        return text
    }

    private func flag(_ value: JSONValue?, at place: String) throws(LayoutError) -> Bool {
        guard let value else { return false }
        guard case .boolean(let flag) = value else {
            throw wrong(value, at: place, expected: "true or false")
        }
        return flag
    }

    private func number(
        _ value: JSONValue?,
        at place: String,
        _ range: ClosedRange<Int>
    ) throws(LayoutError) -> Int? {
        guard let value else { return nil }
        let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
        guard let number = value.wholeNumber else {
            throw wrong(value, at: place, expected: expected)
        }
        guard range.contains(number) else {
            throw LayoutError(place, "it is \(number) where \(expected) is expected")
        }
        return number
    }

    private func word<Word: RawRepresentable<String> & CaseIterable>(
        _ value: JSONValue?,
        at place: String
    ) throws(LayoutError) -> Word? {
        guard let value else { return nil }
        let text = try text(value, at: place)
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw LayoutError(place, "\(text) is none of \(known)")
        }
        return word
    }

    private func wrong(
        _ value: JSONValue?,
        at place: String,
        expected: String
    ) -> LayoutError {
        let found =
            switch value {
            case nil: "it is missing"
            case .text("")?: "it is empty"
            case let value?: "it is \(value.kind)"
            }
        return LayoutError(place, "\(found) where \(expected) is expected")
    }
}
