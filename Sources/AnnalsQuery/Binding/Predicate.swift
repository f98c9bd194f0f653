internal import AnnalsBytes
internal import AnnalsProjections
internal import AnnalsSchema

/// A condition, bound to the schema.
indirect enum Predicate: Sendable {
    case all([Predicate])
    case any([Predicate])
    case not(Predicate)
    case test(Test)
    case constant(Bool)
    /// The keys that the query selects by the column, unknown until it has run: see
    /// ``Snapshot/resolved(_:)``.
    case semiJoin(Operand, BoundQuery, column: Operand, isAnti: Bool)
}

/// One comparison.
///
/// Shared, not copied: it is passed around for every record.
final class Test: Sendable {
    let operand: Operand
    let matcher: Matcher
    /// The slot of the record's own row that is compared; 0 if it is more than that.
    let slot: Int
    let kind: Field.Kind
    /// The pattern, if the matcher consists only of one.
    private let like: LikeMatcher?

    init(operand: Operand, matcher: Matcher) {
        self.operand = operand
        self.matcher = matcher
        kind = operand.access.kind
        if case .like(let pattern) = matcher.form, !matcher.isNegated, !matcher.ofNull,
            operand.access.kind.isText
        {
            like = pattern
        } else {
            like = nil
        }
        if operand.access.isOwn, case .none = operand.transform,
            case .slot(let slot) = operand.access.leaf
        {
            self.slot = slot
        } else {
            slot = 0
        }
    }

    /// Whether the row's ``slot`` satisfies the comparison.
    func holds(_ row: Row) throws(Malformed) -> Bool {
        let bytes = try row.slot(slot)
        // A scan for a pattern has many records to reject: this avoids a copy of the matcher.
        if let like { return bytes.byteCount > 0 ? try like.matches(bytes) : false }
        return try matcher.holds(bytes, kind)
    }
}

extension Predicate {
    /// All of the conditions: nested ones flattened, and ranges of one field as one range, so that
    /// an index sees both of its ends.
    static func conjunction(_ parts: [Predicate]) -> Predicate {
        var flat: [Predicate] = []
        for part in parts {
            if case .all(let inner) = part { flat += inner } else { flat.append(part) }
        }
        var merged: [Predicate] = []
        for part in flat {
            if case .constant(true) = part { continue }
            if case .test(let test) = part,
                let place = merged.firstIndex(where: { $0.merged(with: test) != nil }),
                let both = merged[place].merged(with: test)
            {
                merged[place] = both
            } else {
                merged.append(part)
            }
        }
        if merged.isEmpty { return .constant(true) }
        return merged.count == 1 ? merged[0] : .all(merged)
    }

    /// One comparison in place of two of the same field; `nil` if that is impossible.
    private func merged(with other: Test) -> Predicate? {
        guard case .test(let test) = self,
            test.operand.access.isOwn, other.operand.access.isOwn,
            test.operand.access.leaf == other.operand.access.leaf,
            case .none = test.operand.transform, case .none = other.operand.transform,
            let form = test.matcher.form(meeting: other.matcher)
        else { return nil }
        return .test(Test(operand: test.operand, matcher: Matcher(form: form, ofNull: false)))
    }
}

extension Matcher {
    /// What satisfies both comparisons, if each consists of only one range.
    fileprivate func form(meeting other: Matcher) -> Form? {
        guard !isNegated, !ofNull, !other.isNegated, !other.ofNull else { return nil }
        switch (form, other.form) {
        case (.ranges(let mine), .ranges(let theirs)):
            guard mine.count == 1, theirs.count == 1 else { return nil }
            return .ranges([
                (low: max(mine[0].low, theirs[0].low), high: min(mine[0].high, theirs[0].high))
            ])
        case (.serials(let mine), .serials(let theirs)):
            var both: [UInt16: SerialRange] = [:]
            for (object, range) in mine {
                if let other = theirs[object] { both[object] = range.intersection(other) }
            }
            return .serials(both)
        default: return nil
        }
    }
}
