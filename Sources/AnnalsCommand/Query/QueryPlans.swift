import Annals
import AnnalsJSON

extension Output {
    /// Writes plans for a person, the chosen one first.
    func plans(_ plans: [QueryPlan]) throws {
        var table = TextTable("operation", "object", "rows", "of", "cost", "fields")
        for plan in plans {
            table.add([
                plan.leadingOperationType, plan.sObjectType, String(plan.cardinality),
                String(plan.sObjectCardinality), String(plan.relativeCost),
                plan.fields.joined(separator: ", "),
            ])
        }
        try self.table(table)
        for note in Set(plans.flatMap(\.notes)).sorted(by: { $0.sentence < $1.sentence }) {
            try line(note.sentence.safeForTerminal)
        }
    }
}

extension QueryPlan.Note {
    fileprivate var sentence: String {
        let names = fields.map { "\(tableEnumOrID).\($0)" }.joined(separator: ", ")
        return "\(names.isEmpty ? tableEnumOrID : names): \(description)"
    }
}

extension JSONValue {
    /// A plan in the form of the REST API's `explain`.
    init(_ plan: QueryPlan) {
        self = .object([
            ("cardinality", .integer(plan.cardinality)),
            ("fields", .texts(plan.fields)),
            ("leadingOperationType", .text(plan.leadingOperationType)),
            ("notes", .array(plan.notes.map(JSONValue.init))),
            ("relativeCost", .double(plan.relativeCost)),
            ("sobjectCardinality", .integer(plan.sObjectCardinality)),
            ("sobjectType", .text(plan.sObjectType)),
        ])
    }

    private init(_ note: QueryPlan.Note) {
        self = .object([
            ("description", .text(note.description)),
            ("fields", .texts(note.fields)),
            ("tableEnumOrId", .text(note.tableEnumOrID)),
        ])
    }
}
