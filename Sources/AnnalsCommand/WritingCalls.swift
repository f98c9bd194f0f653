import Annals
import AnnalsJSON

/// Makes writing calls of up to 200 records each until all are done, and reports on each record.
struct WritingCalls {
    /// How many records a call of the API accepts.
    static let recordCountMax = 200

    static let help = """
        More than 200 records are written in several calls of 200, one after another; with \
        --all-or-none, which applies within a call, they are rejected. The output has a line for \
        each record, in their order.
        """

    /// What was done with a record that was not rejected, such as `updated`.
    let done: String
    /// Whether the answer says if a record was created.
    var isUpsert = false
    let output: Output

    func run<Element>(
        _ elements: [Element],
        _ change: ChangeOptions,
        call: ([Element], CallOptions) async throws(StoreError) -> [RecordResult]
    ) async throws -> ExitStatus {
        if change.allOrNone, elements.count > Self.recordCountMax {
            throw Failure(
                StoreError.fault(
                    Fault(
                        .exceededIDLimit,
                        "record limit reached. cannot submit more than \(Self.recordCountMax) "
                            + "records into this call"
                    )
                )
            )
        }
        var status = ExitStatus.fine
        var start = 0
        var number = 0
        while start < elements.count {
            let end = min(start + Self.recordCountMax, elements.count)
            let options = change.options(ofCall: number)
            let results: [RecordResult]
            do throws(StoreError) {
                results = try await call(Array(elements[start..<end]), options)
            } catch {
                throw number == 0
                    ? Failure(error) : Failure(error).preceded(by: "After \(start) records: ")
            }
            for (index, result) in results.enumerated() {
                try write(result, ordinal: start + index + 1, of: elements.count)
                if !result.isSuccess { status = .recordsRefused }
            }
            try output.flush()
            start = end
            number += 1
        }
        return status
    }

    private func write(_ result: RecordResult, ordinal: Int, of count: Int) throws {
        if output.writesJSON {
            try output.line(JSONValue(result, tellsCreated: isUpsert))
            return
        }
        let place = count > 1 ? "record \(ordinal): " : ""
        for error in result.errors {
            let fields = error.fields.isEmpty ? "" : " [\(error.fields.joined(separator: ", "))]"
            let text = "\(error.statusCode): \(error.message)\(fields)".safeForTerminal
            try output.line("\(place)\(Colour.red("refused")): \(text)")
        }
        guard result.isSuccess, let id = result.id else { return }
        let what =
            switch result.position {
            case nil: "unchanged"
            case _ where isUpsert: result.isCreated ? "created" : "updated"
            default: done
            }
        let event = result.position.map { ", event \($0)" } ?? ""
        try output.line("\(place)\(what) \(id)\(event)")
    }
}

extension JSONValue {
    /// A result in the form of the REST API's collections, with the position of the event.
    init(_ result: RecordResult, tellsCreated: Bool) {
        var members: [(String, JSONValue)] = [
            ("id", JSONValue(result.id)),
            ("success", .boolean(result.isSuccess)),
            ("errors", .array(result.errors.map(JSONValue.init))),
        ]
        if tellsCreated { members.append(("created", .boolean(result.isCreated))) }
        members.append(("position", JSONValue(result.position)))
        self = .object(members)
    }

    init(_ error: RecordError) {
        var members: [(String, JSONValue)] = [
            ("statusCode", .text(error.statusCode.rawValue)),
            ("message", .text(error.message)),
            ("fields", .texts(error.fields)),
        ]
        if let conflict = error.conflict {
            let positions: [(String, JSONValue)] = [
                ("expected", .integer(conflict.expected)),
                ("actual", .integer(conflict.actual)),
            ]
            members.append(("conflict", .object(positions)))
        }
        self = .object(members)
    }
}
