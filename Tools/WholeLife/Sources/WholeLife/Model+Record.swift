extension Model {
    enum State: Sendable { case live, inBin, emptied }

    struct Record: Sendable {
        let id: String
        let object: Int
        var values: [String: JSON]
        var state = State.live
        /// In whole seconds.
        var created: Int
        var modified: Int
        var stamp: Int
        var deletion = 0
        var isCascaded = false
        /// Whether its values were removed for good.
        var isErased = false
        /// Whether a restore left its values out.
        var isWithheld = false
        var kinds: [String] = []

        subscript(name: String) -> JSON { values[name] ?? .null }

        mutating func eraseValues() {
            // A checkbox has no null.
            values = values.compactMapValues { value -> JSON? in
                if case .bool = value { .bool(false) } else { nil }
            }
        }
    }
}
