internal import AnnalsSOQL
internal import AnnalsSchema

// Paths: which relationships are crossed, and what lies at the end (Specification: soql 3).

extension Binder {
    /// The path with aliases of FROM replaced by what they stand for.
    func unaliased(_ segments: [Name]) -> [Name] {
        guard segments.count > 1, let path = aliases[segments[0].folded] else { return segments }
        // A relationship of that name takes precedence over the object's own name.
        if path.isEmpty, relationship(segments[0], of: object) != nil,
            segments[0].folded != object.name.lowercased()
        {
            return segments
        }
        return path + segments.dropFirst()
    }

    private func relationship(_ name: Name, of object: ObjectType) -> Field? {
        object.fields.first { field in
            field.since <= circumstances.apiVersion
                && field.relationshipName.map { name.matches($0) } == true
        }
    }

    func field(_ name: Name, of object: ObjectType) throws -> Field {
        guard let field = object[name.text], field.since <= circumstances.apiVersion else {
            throw unknownField(name, of: object.name)
        }
        return field
    }

    private func unknownField(_ name: Name, of entity: String) -> SOQLError {
        refusal(
            .invalidField,
            "No such column '\(name)' on entity '\(entity)'. If you are attempting to use a "
                + "custom field, be sure to append the '__c' after the custom field name. "
                + "Please reference your WSDL or the describe call for the appropriate names.",
            at: name.range
        )
    }

    func access(_ path: Path) throws -> Access {
        let segments = unaliased(path.segments)
        guard let last = segments.last else { throw unknownField(path.last, of: object.name) }
        var access = try access(toRecordAt: Array(segments.dropLast()), range: path.range)
        access.access.keys.append(last.text)
        guard let object = access.object else { return try named(last, access.access, path) }
        let field = try field(last, of: object)
        access.access.keys[access.access.keys.count - 1] = field.name
        access.access.leaf = Leaf(field.id, user: circumstances.user) ?? .id
        access.access.field = field
        access.access.entity = object.name
        return access.access
    }

    /// Follows relationships.
    ///
    /// - Returns: The object at the end; `nil` if it may be one of several.
    func access(
        toRecordAt segments: [Name],
        range: SourceRange
    ) throws -> (access: Access, object: ObjectType?) {
        var access = Access(leaf: .id)
        access.seesDeleted = circumstances.includesDeleted
        var object: ObjectType? = object
        for segment in segments {
            guard let current = object, let reference = relationship(segment, of: current),
                let hop = Leaf(reference.id, user: circumstances.user)
            else {
                throw unknownRelationship(segment)
            }
            access.hops.append(hop)
            access.keys.append(reference.relationshipName ?? segment.text)
            let targets = reference.referenceTo
            object = targets.count == 1 ? schema[targets[0]] : nil
            if object?.isKnown(at: circumstances.apiVersion) == false {
                throw unknownRelationship(segment)
            }
            // At the end of a reference to several objects are the fields of Name.
            if targets.count > 1 { access.field = reference }
        }
        guard access.hops.count <= Dialect.relationshipLevelsMax else {
            throw refusal(
                Dialect.relationshipsCode,
                "a path crosses at most \(Dialect.relationshipLevelsMax) relationships",
                at: range
            )
        }
        return (access, object)
    }

    private func unknownRelationship(_ segment: Name) -> SOQLError {
        refusal(
            .invalidField,
            "Didn't understand relationship '\(segment)' in field path. If you are attempting to "
                + "use a custom relationship, be sure to append the '__r' after the custom "
                + "relationship name. Please reference your WSDL or the describe call for the "
                + "appropriate names.",
            at: segment.range
        )
    }

    /// A field of the pseudo-object Name, at the end of a reference to several objects; null if the
    /// record's own object has no such field.
    private func named(_ name: Name, _ access: Access, _ path: Path) throws -> Access {
        guard let reference = access.field else { throw unknownField(name, of: "Name") }
        var access = access
        access.entity = "Name"
        if name.folded == "type" {
            access.targets = nil
            access.leaf = .type
            access.field = nil
            access.keys[access.keys.count - 1] = "Type"
            return access
        }
        guard let field = NameFields.field(name.folded) else {
            throw unknownField(name, of: "Name")
        }
        var targets: [UInt16: Access.Target] = [:]
        for object in reference.referenceTo.compactMap({ schema[$0] })
        where object.isKnown(at: circumstances.apiVersion) {
            guard let own = sharedField(name, of: object), own.since <= circumstances.apiVersion,
                let leaf = Leaf(own.id, user: circumstances.user)
            else { continue }
            targets[object.code] = Access.Target(leaf: leaf, field: own)
        }
        access.targets = targets
        access.field = field
        access.keys[access.keys.count - 1] = field.name
        return access
    }

    private func sharedField(_ name: Name, of object: ObjectType) -> Field? {
        // A case has a number in place of a name.
        if name.folded == "name", let index = object.nameFieldIndex { return object.fields[index] }
        return object[name.text]
    }
}
