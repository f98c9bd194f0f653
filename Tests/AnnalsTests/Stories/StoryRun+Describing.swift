import Annals
import AnnalsTestSupport

// The answers of the describe calls, one line per object or field: fixtures/describe has all of it.

extension StoryRun {
    /// `describeSObjects Contact Contact.Email`, `describeLayout Contact 012000000000000AAA`.
    func describe(_ command: StoryCommand) throws -> [String] {
        let session = try session(command)
        let words = try repeated(try command.words().flatMap { $0 })
        switch command.verb {
        case "describeGlobal":
            return [session.describeGlobal().sobjects.map(\.name).joined(separator: " ")]
        case "describeLayout":
            guard let object = words.first else { throw command.mistake("of which object?") }
            let layout = try session.describeLayout(
                object,
                recordTypeIDs: words.dropFirst().map { try idText($0, command) }
            )
            return layout.layouts.map { layout in
                "detail: \(layout.detailLayoutSections.compactMap(\.heading).joined(separator: ", "))"
            }
        default: break
        }
        let places = words.map { $0.split(separator: ".").map(String.init) }
        let descriptions = try session.describeSObjects(places.map { $0[0] })
        return zip(places, descriptions).map { place, description in
            guard place.count > 1 else { return line(description) }
            return description[place[1]].map { line($0) } ?? "no field \(place[1])"
        }
    }

    private func line(_ object: ObjectDescription) -> String {
        let summary = object.summary
        let abilities = [
            ("createable", summary.createable), ("updateable", summary.updateable),
            ("deletable", summary.deletable), ("undeletable", summary.undeletable),
            ("retrieveable", summary.retrieveable), ("replicateable", summary.replicateable),
        ]
        let can = abilities.filter(\.1).map(\.0).joined(separator: " ")
        return "\(summary.name): \(summary.label) / \(summary.labelPlural), \(summary.keyPrefix), "
            + "\(object.fields.count) fields, \(can)"
    }

    private func line(_ field: FieldDescription) -> String {
        let flags = [
            ("createable", field.createable), ("updateable", field.updateable),
            ("nillable", field.nillable), ("defaultedOnCreate", field.defaultedOnCreate),
            ("unique", field.unique), ("caseSensitive", field.caseSensitive),
            ("externalId", field.externalId), ("idLookup", field.idLookup),
            ("restrictedPicklist", field.restrictedPicklist), ("autoNumber", field.autoNumber),
            ("cascadeDelete", field.cascadeDelete), ("restrictedDelete", field.restrictedDelete),
        ]
        var line = "\(field.name): \(field.label), \(field.type)"
        if field.length > 0 { line += "(\(field.length))" }
        if !field.referenceTo.isEmpty { line += " to \(field.referenceTo.joined(separator: ", "))" }
        if let name = field.relationshipName { line += " as \(name)" }
        line += flags.filter(\.1).map { " \($0.0)" }.joined()
        if let value = field.defaultValue { line += ", default \(text(value))" }
        if let formula = field.defaultValueFormula { line += ", default \(formula)" }
        if !field.picklistValues.isEmpty {
            line += ": \(field.picklistValues.map(\.value).joined(separator: ", "))"
        }
        return line
    }
}
