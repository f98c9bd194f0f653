internal import AnnalsJSON

// A schema file as JSON: every property must be known, or the file is rejected with the place of
// the one that is not. A property that was silently ignored would be wrong forever.

extension SchemaFile {
    /// Reads a schema file: `{"objects": […]}`, or declarations of objects one after another, as
    /// `annals schema --json` writes them.
    ///
    /// - Throws: ``SchemaError`` with the place of what is wrong.
    public init(json: [UInt8]) throws(SchemaError) {
        var texts: [JSONValue] = []
        do throws(JSONError) {
            var reader = JSONReader(json)
            while let (value, _) = try reader.next() { texts.append(value) }
        } catch {
            throw SchemaError("schema file", error.description)
        }
        guard let first = texts.first else { throw SchemaError("schema file", "it is empty") }
        guard texts.count == 1, case .members(let members) = first,
            !members.contains(where: { $0.name == "name" })
        else {
            self.init(objects: try Self.objects(texts, at: "objects"))
            return
        }
        var reader = try SchemaProperties(first, at: "", "a schema file", known: ["objects"])
        let objects = try reader.required("objects").list()
        self.init(objects: try Self.objects(objects, at: "objects"))
    }

    private static func objects(
        _ values: [JSONValue],
        at place: String
    ) throws(SchemaError) -> [ObjectDeclaration] {
        var objects: [ObjectDeclaration] = []
        for (index, value) in values.enumerated() {
            objects.append(try ObjectDeclaration(value, at: "\(place)[\(index)]"))
        }
        return objects
    }
}

extension SchemaFile.ObjectDeclaration {
    fileprivate init(_ json: JSONValue, at place: String) throws(SchemaError) {
        if case .members(let members) = json, members.contains(where: { $0.name == "queryable" }) {
            throw SchemaError(
                place,
                "this is what `annals describe` prints; `annals schema STORE --json` writes what can "
                    + "be applied"
            )
        }
        var reader = try SchemaProperties(
            json,
            at: place,
            "an object",
            known: ["name", "label", "pluralLabel", "keyPrefix", "nameField", "fields"]
        )
        self.init(name: try reader.required("name").text())
        label = try reader.text("label")
        labelPlural = try reader.text("pluralLabel")
        keyPrefix = try reader.text("keyPrefix")
        if let property = try reader.given("nameField") { nameField = try .init(property) }
        fields = nil
        if let property = try reader.given("fields") {
            var declared: [SchemaFile.FieldDeclaration] = []
            for (index, value) in try property.list().enumerated() {
                declared.append(try .init(value, at: "\(property.place)[\(index)]"))
            }
            fields = declared
        }
    }
}

extension SchemaFile.NameFieldDeclaration {
    fileprivate init(_ property: SchemaProperties.Property) throws(SchemaError) {
        var reader = try SchemaProperties(
            property.value,
            at: property.place,
            "a name field",
            known: ["label", "type", "displayFormat"]
        )
        label = try reader.text("label")
        type = try reader.text("type")
        displayFormat = try reader.text("displayFormat")
    }
}

extension SchemaFile.FieldDeclaration {
    private static let known = [
        "name", "label", "type", "length", "required", "unique", "caseSensitive", "externalId",
        "indexed", "default", "values", "restricted", "referenceTo", "relationshipName",
        "onTargetDeletion", "minimum", "maximum", "displayFormat",
    ]

    fileprivate init(_ json: JSONValue, at place: String) throws(SchemaError) {
        var reader = try SchemaProperties(json, at: place, "a field", known: Self.known)
        for setting in SchemaFile.RemovableSetting.allCases {
            reader.allowNull(for: setting.rawValue)
        }
        self.init(name: try reader.required("name").text())
        label = try reader.text("label")
        type = try reader.text("type")
        length = try reader.number("length")
        required = try reader.flag("required")
        unique = try reader.flag("unique")
        caseSensitive = try reader.flag("caseSensitive")
        externalId = try reader.flag("externalId")
        indexed = try reader.flag("indexed")
        if let property = try reader.given("default") { `default` = try property.defaultValue() }
        if let property = try reader.given("values") {
            var entries: [SchemaFile.PicklistValue] = []
            for (index, value) in try property.list().enumerated() {
                entries.append(try .init(value, at: "\(property.place)[\(index)]"))
            }
            values = entries
        }
        restricted = try reader.flag("restricted")
        if let property = try reader.given("referenceTo") {
            var names: [String] = []
            for (index, value) in try property.list().enumerated() {
                let place = "\(property.place)[\(index)]"
                names.append(try SchemaProperties.Property(place: place, value: value).text())
            }
            referenceTo = names
        }
        relationshipName = try reader.text("relationshipName")
        if let property = try reader.given("onTargetDeletion") {
            let name = try property.text()
            guard let rule = Field.DeletionRule(rawValue: name) else {
                throw SchemaError(property.place, "\"\(name)\" is none of keep, cascade, restrict")
            }
            onTargetDeletion = rule
        }
        minimum = try reader.number("minimum")
        maximum = try reader.number("maximum")
        displayFormat = try reader.text("displayFormat")
        removed = Set(reader.nulls.compactMap(SchemaFile.RemovableSetting.init))
    }
}

extension SchemaFile.PicklistValue {
    fileprivate init(_ json: JSONValue, at place: String) throws(SchemaError) {
        var reader = try SchemaProperties(
            json,
            at: place,
            "a picklist value",
            known: ["value", "label", "default", "active"]
        )
        self.init(try reader.required("value").text())
        label = try reader.text("label")
        `default` = try reader.flag("default")
        active = try reader.flag("active")
    }
}

/// The properties of one object of a schema file.
private struct SchemaProperties {
    struct Property {
        /// Its place, such as `objects[0].label`.
        let place: String
        let value: JSONValue
    }

    private let place: String
    /// What the object is, in a sentence.
    private let noun: String
    private let members: [JSONValue.Member]
    private var removable: Set<String> = []
    /// The removable properties that are null.
    private(set) var nulls: [String] = []

    /// - Throws: If it is not an object, or has a property that is not among `known`.
    init(
        _ json: JSONValue,
        at place: String,
        _ noun: String,
        known: [String]
    ) throws(SchemaError) {
        self.place = place
        self.noun = noun
        guard case .members(let members) = json else {
            throw SchemaError(
                place.isEmpty ? "schema file" : place,
                "\(noun) is an object with properties, and this is \(json.kind)"
            )
        }
        self.members = members
        for member in members where !known.containsText(member.name) {
            throw SchemaError(
                Self.place(member.name, in: place),
                "it is not a property of \(noun)" + known.suggestion(for: member.name)
            )
        }
    }

    private static func place(_ name: String, in place: String) -> String {
        place.isEmpty ? name : "\(place).\(name)"
    }

    mutating func allowNull(for name: String) { removable.insert(name) }

    /// The property, if it is given.
    mutating func given(_ name: String) throws(SchemaError) -> Property? {
        guard let member = members.first(where: { $0.name == name }) else { return nil }
        let place = Self.place(name, in: place)
        guard member.value == .null else { return Property(place: place, value: member.value) }
        guard removable.contains(name) else {
            throw SchemaError(place, "it is null: leave it out, or give it a value")
        }
        nulls.append(name)
        return nil
    }

    mutating func required(_ name: String) throws(SchemaError) -> Property {
        guard let property = try given(name) else {
            throw SchemaError(Self.place(name, in: place), "it is missing, and \(noun) needs it")
        }
        return property
    }

    mutating func text(_ name: String) throws(SchemaError) -> String? {
        try given(name).map { (property) throws(SchemaError) in try property.text() }
    }

    mutating func flag(_ name: String) throws(SchemaError) -> Bool? {
        try given(name).map { (property) throws(SchemaError) in try property.flag() }
    }

    mutating func number(_ name: String) throws(SchemaError) -> Int? {
        try given(name).map { (property) throws(SchemaError) in try property.number() }
    }
}

extension SchemaProperties.Property {
    private func expected(_ what: String) -> SchemaError {
        SchemaError(place, "it is \(value.kind) where \(what) is expected")
    }

    func text() throws(SchemaError) -> String {
        guard case .text(let text) = value else { throw expected("a text") }
        return text
    }

    func flag() throws(SchemaError) -> Bool {
        guard case .boolean(let flag) = value else { throw expected("true or false") }
        return flag
    }

    func number() throws(SchemaError) -> Int {
        guard case .number = value else { throw expected("a number") }
        guard let number = value.wholeNumber else {
            throw SchemaError(place, "it is not a whole number of 64 bits")
        }
        return number
    }

    func list() throws(SchemaError) -> [JSONValue] {
        guard case .array(let values) = value else { throw expected("a list") }
        return values
    }

    func defaultValue() throws(SchemaError) -> SchemaFile.DefaultValue {
        switch value {
        case .text(let text): return .text(text)
        case .boolean(let flag): return .boolean(flag)
        case .number: return .integer(try number())
        default: throw expected("a text, a number, true or false")
        }
    }
}
