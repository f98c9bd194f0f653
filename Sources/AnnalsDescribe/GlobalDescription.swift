internal import AnnalsSchema

/// The response of `describeGlobal`: every object that the caller's API version knows
/// (Specification: describe 2.2).
public struct GlobalDescription: Sendable, Hashable, Encodable, InJSON {
    package let encoding = "UTF-8"
    /// How many records a writing call accepts.
    package let maxBatchSize = 200
    /// By name.
    public let sobjects: [ObjectSummary]

    package var json: OrderedJSON {
        [
            "encoding": .text(encoding),
            "maxBatchSize": .integer(maxBatchSize),
            "sobjects": .list(sobjects.map(\.json)),
        ]
    }
}

extension SchemaView {
    package var globalDescription: GlobalDescription {
        GlobalDescription(sobjects: objects.map { ObjectSummary($0, in: self) })
    }
}
