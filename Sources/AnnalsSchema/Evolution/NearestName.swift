// What the author of an unknown name may have meant.

extension Sequence<String> {
    /// The one that is most similar to `name`, if any is similar at all.
    package func nearest(to name: String) -> String? {
        let wanted = Array(name.lowercased().utf8.prefix(100))
        var best: (name: String, distance: Int)?
        for candidate in self {
            let distance = wanted.editDistance(to: Array(candidate.lowercased().utf8))
            // A third of the letters may be wrong: with more it is another word, and all of them is
            // too many.
            guard distance < Swift.min(wanted.count, candidate.utf8.count) else { continue }
            guard distance <= Swift.max(1, candidate.utf8.count / 3) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `; did you mean NAME?` if one of the names is similar to `name`, else nothing.
    package func suggestion(for name: String) -> String {
        nearest(to: name).map { "; did you mean \($0)?" } ?? ""
    }
}

extension [UInt8] {
    /// How many bytes must be inserted, removed, replaced or swapped with their neighbor to turn
    /// one into the other.
    fileprivate func editDistance(to other: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: other.count + 1)
        var last = Array<Int>(0...other.count)
        for (row, byte) in enumerated() {
            var current = [row + 1]
            current.reserveCapacity(last.count)
            for (column, found) in other.enumerated() {
                let exchanged = last[column] + (byte == found ? 0 : 1)
                var cost = Swift.min(exchanged, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, byte == other[column - 1], self[row - 1] == found {
                    cost = Swift.min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[other.count]
    }
}
