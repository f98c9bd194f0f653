import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport

/// An object with an indexed field of every kind, and one field whose index comes and goes.
enum SampleObject {
    static let code: UInt16 = 0x0400
    static let toggled = FieldID(rawValue: 30)

    static let all: [ObjectType.Definition] = [
        .user, .account, definition(isToggledIndexed: false),
    ]

    static func definition(isToggledIndexed: Bool) -> ObjectType.Definition {
        var fields = [
            Field("Name", id: FieldID(rawValue: 1), label: "Name", .string, .nameField, length: 80),
            Field("CreatedDate", id: .createdDate, label: "Created", .datetime, .filter),
        ]
        for (index, kind) in Field.Kind.allCases.enumerated() where kind != .id {
            var field = Field(
                "\(kind.rawValue)__c",
                id: FieldID(rawValue: UInt16(index + 2)),
                label: kind.rawValue,
                kind,
                [.indexed, .nillable],
                length: kind.isText ? 300 : 0
            )
            if kind == .reference { field.referenceTo = ["Account"] }
            fields.append(field)
        }
        fields.append(
            Field(
                "toggled__c",
                id: toggled,
                label: "Toggled",
                .string,
                isToggledIndexed ? [.indexed, .nillable] : .nillable,
                length: 40
            )
        )
        return ObjectType.Definition(
            "Sample__c",
            code: code,
            label: "Sample",
            labelPlural: "Samples",
            keyPrefix: "a00",
            fields: fields
        )
    }

    /// The bytes of a random value, often one of a few that many records share; empty for null.
    static func value(of field: Field, _ random: inout SeededRandom) -> [UInt8] {
        var writer = ByteWriter()
        guard random.chance(80) else { return [] }
        let number = random.chance(50) ? random.below(5) : random.below(1 << 30)
        switch field.kind {
        case .string, .textarea, .phone, .email, .url, .picklist:
            let text = random.chance(10) ? String(repeating: "Été ", count: 60) : "Text \(number)"
            try? writer.append(.text(text))
        case .boolean: try? writer.append(.boolean(number % 2 == 0))
        case .int: try? writer.append(.integer(number - 1000))
        case .double: try? writer.append(.double(Double(number) / -8))
        case .date: try? writer.append(.date(CalendarDate(days: Int32(number % 100_000))))
        case .datetime: try? writer.append(.dateTime(Timestamp(milliseconds: Int64(number) * 1000)))
        case .id, .reference:
            writer.append(RecordKey(object: 3, serial: UInt64(1 + number % 20)).packed)
        }
        return writer.bytes
    }
}

extension Environment.Options {
    /// Without waiting for the disk.
    static var quick: Self {
        var options = Environment.Options()
        options.isUnsynchronized = true
        options.mapSizeBytes = 1 << 30
        return options
    }
}
