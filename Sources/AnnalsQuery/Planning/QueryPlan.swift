/// How a query would find its rows, in the shape of Salesforce's query plan resource.
///
/// The first plan is the chosen one.
public struct QueryPlan: Sendable, Hashable {
    /// A note about a field or a part of the query that the plan could not use.
    public struct Note: Sendable, Hashable {
        /// What could not be used, and why.
        public let description: String
        /// The fields at issue.
        public let fields: [String]
        /// The API name of the object.
        public let tableEnumOrID: String
    }

    /// Rows that the leading operation is expected to return.
    public let cardinality: Int
    /// The fields whose indexes are used.
    public let fields: [String]
    /// `Index`, `TableScan`, or `Other`, for records named by id.
    public let leadingOperationType: String
    /// What the plan could not use.
    public let notes: [Note]
    /// The cost relative to that of reading all records, which is 1.
    public let relativeCost: Double
    /// Records of the object.
    public let sObjectCardinality: Int
    /// The API name of the object.
    public let sObjectType: String
}
