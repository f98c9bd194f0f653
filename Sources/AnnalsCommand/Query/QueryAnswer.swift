import Annals
import AnnalsJSON
import AnnalsSOQL

/// Runs one query and writes its result, from its first batch to its last.
struct QueryAnswer {
    let session: Session
    let options: QueryOptions
    let format: AnswerFormat

    /// Writes the rows as they arrive, with at most one batch in memory.
    func write(_ text: String, to output: Output) async throws {
        let query = try Query(text: text, options)
        var result = try await session.query(text: text, options: options)
        if query.isCount { return try count(result, to: output) }
        let columns = ResultColumns(of: query, result.records, in: session.store.schema)
        var writer = format.writer(columns, session.apiVersion)
        var written = 0
        while true {
            var rows: [QueryRow] = []
            rows.reserveCapacity(result.records.count)
            for row in result.records { rows.append(try await completed(row)) }
            try writer.write(rows, to: output)
            written += rows.count
            guard let locator = result.locator else { break }
            try output.flush()
            try stopIfAsked(after: written, of: result.totalSize)
            result = try await session.queryMore(locator)
        }
        try writer.end(written, to: output)
    }

    /// Writes how the rows would be found.
    func explain(_ text: String, to output: Output) async throws {
        let plans = try await session.explain(text: text, options: options)
        if format == .json {
            try output.line(.object([("plans", .array(plans.map(JSONValue.init)))]))
        } else {
            try output.plans(plans)
        }
    }

    private func count(_ result: QueryResult, to output: Output) throws {
        switch format {
        case .table: try output.line(String(result.totalSize))
        case .json: try output.line(JSONValue(result, apiVersion: session.apiVersion))
        case .csv:
            try output.csv(["totalSize"])
            try output.csv([String(result.totalSize)])
        }
    }

    /// The row with all of its children, which come in batches like any rows.
    private func completed(_ row: QueryRow) async throws -> QueryRow {
        guard row.fields.contains(where: { $0.content.isRows }) else { return row }
        var fields: [QueryField] = []
        for field in row.fields {
            guard case .rows(let first) = field.content else {
                fields.append(field)
                continue
            }
            var children: [QueryRow] = []
            var result = first
            while true {
                for child in result.records { children.append(try await completed(child)) }
                guard let locator = result.locator else { break }
                try stopIfAsked(after: children.count, of: result.totalSize)
                result = try await session.queryMore(locator)
            }
            let whole = QueryResult(totalSize: first.totalSize, records: children)
            fields.append(QueryField(field.key, .rows(whole)))
        }
        return QueryRow(type: row.type, id: row.id, fields: fields)
    }

    private func stopIfAsked(after count: Int, of total: Int) throws {
        if Interrupt.isRequested {
            throw Failure.interrupted("Interrupted after \(count) of \(total) rows.")
        }
    }
}

extension Query {
    /// - Throws: Why it is invalid, in the words of the API.
    init(text: String, _ options: QueryOptions) throws(StoreError) {
        do throws(SOQLError) {
            self = try SOQLParser.parse(text, binding: options.bindings)
        } catch {
            let code = ExceptionCode(rawValue: error.code.rawValue)
            throw .fault(Fault(code, error.description))
        }
    }

    /// Whether running it leaves a trace: the user has seen the records.
    var marksRecords: Bool { purpose == .view || purpose == .reference }
}

extension QueryContent {
    fileprivate var isRows: Bool {
        if case .rows = self { true } else { false }
    }
}
