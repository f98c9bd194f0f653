import Annals
import AnnalsSOQL

/// What a value is compared with.
private enum NaiveBound {
    case null
    case key(NaiveKey)
    case range(NaiveKey, NaiveKey)
}

extension NaiveEvaluator {
    /// Whether a row meets a condition; there is no third result.
    func condition<Row>(
        _ condition: Condition,
        _ expression: (Expression) -> NaiveExpression<Row>
    ) -> (Row) -> Bool {
        switch condition {
        case .not(let negated):
            let negated = self.condition(negated, expression)
            return { !negated($0) }
        case .and(let terms):
            let terms = terms.map { self.condition($0, expression) }
            return { row in terms.allSatisfy { $0(row) } }
        case .or(let terms):
            let terms = terms.map { self.condition($0, expression) }
            return { row in terms.contains { $0(row) } }
        case .comparison(let comparison):
            let left = expression(comparison.left)
            let test = test(comparison, left.kind)
            return { test(left.read($0)) }
        }
    }

    private func test(_ comparison: Comparison, _ kind: NaiveKind) -> (Value) -> Bool {
        switch comparison.right {
        case .value(let literal):
            if case .pattern(let pattern) = literal.value { return like(pattern, kind) }
            let bound = bound(literal, kind)
            return { holds(kind.key($0), comparison.operator, bound) }
        case .list(let literals):
            let bounds = literals.map { bound($0, kind) }
            return { value in
                let isMember = bounds.contains { holds(kind.key(value), .equal, $0) }
                return isMember == (comparison.operator == .in)
            }
        case .semiJoin(let semiJoin):
            let ids = ids(of: semiJoin)
            return { value in
                guard case .id(let id) = value else { return comparison.operator == .notIn }
                return ids.contains(id) == (comparison.operator == .in)
            }
        }
    }

    private func like(_ pattern: LikePattern, _ kind: NaiveKind) -> (Value) -> Bool {
        var isExact = false
        if case .text(true) = kind { isExact = true }
        return { value in
            guard case .text(let text) = value else { return false }
            return NaiveText.matches(text, pattern, isExact: isExact)
        }
    }

    private func holds(
        _ key: NaiveKey?,
        _ operation: Comparison.Operator,
        _ bound: NaiveBound
    ) -> Bool {
        switch (bound, operation) {
        case (.null, .equal): return key == nil
        case (.null, .notEqual): return key != nil
        case (.null, _): return false
        default: break
        }
        guard let key else { return operation == .notEqual }
        switch (bound, operation) {
        case (.key(let other), .equal): return key == other
        case (.key(let other), .notEqual): return key != other
        case (.key(let other), .less): return key < other
        case (.key(let other), .lessOrEqual): return key <= other
        case (.key(let other), .greater): return key > other
        case (.key(let other), .greaterOrEqual): return key >= other
        case (.range(let start, let end), .equal): return start <= key && key < end
        case (.range(let start, let end), .notEqual): return !(start <= key && key < end)
        case (.range(let start, _), .less): return key < start
        case (.range(_, let end), .lessOrEqual): return key < end
        case (.range(_, let end), .greater): return key >= end
        case (.range(let start, _), .greaterOrEqual): return key >= start
        default: fatalError("\(operation) with \(bound)")
        }
    }

    private func bound(_ literal: Literal, _ kind: NaiveKind) -> NaiveBound {
        let value: Value
        switch (kind, literal.value) {
        // A boolean has no third value.
        case (.boolean, .null): value = .boolean(false)
        case (_, .null), (_, .text("")): return .null
        case (.id, .text(let text)):
            guard let id = RecordID(text) else { fatalError("no id: \(text)") }
            value = .id(id)
        case (_, .text(let text)): value = .text(text)
        case (_, .number(let number)): value = .double(number.double)
        case (_, .boolean(let flag)): value = .boolean(flag)
        case (_, .date(let date)):
            value = .date(CalendarDate("\(pad(date.year, 4))-\(pad(date.month))-\(pad(date.day))")!)
        case (_, .dateTime(let milliseconds)):
            value = .dateTime(Timestamp(milliseconds: milliseconds))
        case (_, .dateRange(let range)):
            var isTime = false
            if case .dateTime = kind { isTime = true }
            let (start, end) = calendar.bounds(of: range, isTime: isTime)
            return .range(start, end)
        default: fatalError("\(literal) compared with \(kind)")
        }
        return kind.key(value).map(NaiveBound.key) ?? .null
    }

    private func pad(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The ids that a semi-join returns, without nulls.
    private func ids(of semiJoin: SemiJoin) -> Set<RecordID> {
        let scope = NaiveScope(semiJoin.sources, of: object(semiJoin.sources[0].path.last))
        let column = expression(semiJoin.column, scope)
        var ids: Set<RecordID> = []
        for record in filtered(semiJoin.filter, semiJoin.sources, scope) {
            if case .id(let id) = column.read(record) { ids.insert(id) }
        }
        return ids
    }
}
