/// Detects a name that occurs a second time, in any case.
///
/// Most queries have so few names that comparing them one by one is faster than folding each.
struct DuplicateNames {
    private var few: [Name] = []
    private var many: Set<String> = []

    private static let fewMax = 16

    /// Whether the name is new.
    mutating func insert(_ name: Name) -> Bool {
        if many.isEmpty {
            if few.contains(where: { $0.matches(name) }) { return false }
            few.append(name)
            if few.count > DuplicateNames.fewMax { many = Set(few.map(\.folded)) }
            return true
        }
        return many.insert(name.folded).inserted
    }
}
