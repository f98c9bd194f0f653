import Annals
import Foundation
import Synchronization

/// Statements and calls, one after another, and their results.
struct Shell {
    let session: Session
    let output: Output
    var options: QueryOptions
    var format: AnswerFormat
    var explains = false
    /// As given: a day reads better than the millisecond before it.
    var asOfText: String?
    private var statements = StatementReader()
    /// Of the first that was rejected.
    private var status = ExitStatus.fine

    init(_ session: Session, _ options: QueryOptions, _ format: AnswerFormat, _ output: Output) {
        self.session = session
        self.options = options
        asOfText = options.asOf?.description
        self.format = format
        self.output = output
    }

    /// Reads what a person types until they leave.
    mutating func converse() async throws {
        Interrupt.listen(to: [SIGINT])
        let begun = TypedStatement()
        let completion = Completion(
            view: SchemaView(session.store.schema, apiVersion: session.apiVersion)
        )
        let history = HistoryFile.prepared(in: ProcessInfo.processInfo.environment)
        var editor = LineEditor(history: history) { line, cursor in
            let before = begun.text
            return completion.candidates(before + line, cursor: before.utf8.count + cursor)
        }
        try output.line("Statements end with a semicolon. .help lists the other commands.")
        try output.flush()
        while true {
            switch editor.line(prompt: prompt) {
            case .line(let line):
                let whole = begun.text + line
                let goesOn = try await take(line)
                begun.text = statements.hasBegun ? statements.begun + "\n" : ""
                // One statement becomes one line of history, however many were typed.
                if !statements.hasBegun {
                    editor.remember(whole.replacing("\n", with: " ").trimmed)
                }
                guard goesOn else { return }
            case .interrupted:
                statements = StatementReader()
                begun.text = ""
                try output.line()
            case .end:
                try output.line()
                try output.flush()
                return
            }
            Interrupt.listen(to: [SIGINT])
            try output.flush()
        }
    }

    /// Reads lines that no person types, the last statement with or without its semicolon.
    mutating func read(_ nextLine: () -> String?) async throws -> ExitStatus {
        Interrupt.listen()
        while let line = nextLine() {
            guard try await take(line, isScript: true) else { return status }
            try output.flush()
            if Interrupt.isRequested { return .interrupted }
        }
        if let statement = statements.end() { try await answer(statement, isScript: true) }
        return status
    }

    /// How the next query is run.
    var answer: QueryAnswer { QueryAnswer(session: session, options: options, format: format) }

    private var prompt: String {
        if statements.hasBegun { return "   ...> " }
        var state: [String] = []
        if let moment = asOfText { state.append("as of \(moment)") }
        if options.includesDeleted { state.append("all") }
        if explains { state.append("explain") }
        return state.isEmpty ? "annals> " : "annals (\(state.joined(separator: ", ")))> "
    }

    /// - Returns: Whether to read more lines.
    private mutating func take(_ line: String, isScript: Bool = false) async throws -> Bool {
        if !statements.hasBegun, line.trimmed.hasPrefix(".") {
            statements.skip()
            return try await told(line: statements.lineNumber, isScript) { shell in
                try await shell.run(try ShellCall(line))
            } ?? true
        }
        for statement in statements.read(line) { try await answer(statement, isScript: isScript) }
        return true
    }

    private mutating func answer(
        _ statement: StatementReader.Statement,
        isScript: Bool
    ) async throws {
        try await told(line: statement.line, isScript) { shell in
            if shell.explains {
                try await shell.answer.explain(statement.text, to: shell.output)
            } else {
                try await shell.answer.write(statement.text, to: shell.output)
            }
        }
    }

    /// Does something, and reports why it failed: the next line is read all the same.
    @discardableResult
    private mutating func told<T>(
        line: Int,
        _ isScript: Bool,
        _ body: (inout Shell) async throws -> T
    ) async throws -> T? {
        let failure: Failure
        do {
            return try await body(&self)
        } catch let error as Failure {
            failure = error
        } catch let error as StoreError {
            failure = Failure(error)
        }
        // No one reads the output: there is no use in continuing.
        if failure.code == "OUTPUT" { throw failure }
        try output.flush()
        if status == .fine { status = failure.status }
        let place = isScript ? "line \(line): " : ""
        failure.tell(asJSON: format == .json, at: place)
        return nil
    }
}

/// What has been typed of a statement, for the completion of its next line.
private final class TypedStatement: Sendable {
    private let typed = Mutex("")

    var text: String {
        get { typed.withLock { $0 } }
        set { typed.withLock { $0 = newValue } }
    }
}
