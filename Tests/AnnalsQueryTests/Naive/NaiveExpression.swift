import Annals
import AnnalsSOQL

/// Something that has a value for each row.
struct NaiveExpression<Row> {
    let kind: NaiveKind
    let read: (Row) -> Value
}

extension NaiveEvaluator {
    /// The value of an expression for records.
    func expression(
        _ expression: Expression,
        _ scope: NaiveScope
    ) -> NaiveExpression<NaiveRecord> {
        switch expression {
        case .distance: fatalError("there are no places")
        case .path(let path):
            let target = scope.target(of: path, in: store.schema)
            return NaiveExpression(kind: target.kind) { value(of: $0, target) }
        case .call(let call):
            guard let function = call.function else { fatalError("no function \(call.name)") }
            switch function.kind {
            case .date: return datePart(function, of: call.argument, scope)
            case .conversion where function == .toLabel:
                return label(of: call.argument, scope)
            default: fatalError("\(call.name) has no value for a record")
            }
        }
    }

    private func datePart(
        _ function: Function,
        of argument: Expression,
        _ scope: NaiveScope
    ) -> NaiveExpression<NaiveRecord> {
        var argument = argument
        var isLocal = false
        if case .call(let inner) = argument, inner.function == .convertTimezone {
            argument = inner.argument
            isLocal = true
        }
        let date = expression(argument, scope)
        return NaiveExpression(kind: function == .dayOnly ? .date : .number) {
            calendar.part(function, of: date.read($0), isLocal: isLocal)
        }
    }

    private func label(
        of argument: Expression,
        _ scope: NaiveScope
    ) -> NaiveExpression<NaiveRecord> {
        guard case .path(let path) = argument else { fatalError("toLabel takes a field") }
        let target = scope.target(of: path, in: store.schema)
        guard case .field(let field) = target.end else { fatalError("\(path) has no labels") }
        return NaiveExpression(kind: .text(isExact: false)) { record in
            let value = value(of: record, target)
            guard case .text(let text) = value else { return value }
            let bytes = NaiveText.bytes(text, isExact: false)
            let entry = field.picklist.first {
                NaiveText.bytes($0.value, isExact: false) == bytes
            }
            return entry.map { .text($0.label) } ?? value
        }
    }
}
