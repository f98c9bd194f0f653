import Annals
import Foundation

/// A file next to the store with the answers that callers got from a process that may die, one line
/// per call.
///
/// Each line is written by one `write`, so that a kill of the process leaves all of it or nothing.
struct AcknowledgementFile: Sendable {
    /// A call that returned.
    struct Call: Sendable {
        let key: CallKey
        /// The events of the call's records.
        let positions: [Position]
    }

    let path: String

    /// Appends lines; used by one process at a time, but by any number of its tasks.
    final class Writer: Sendable {
        private let descriptor: Int32

        init(_ file: AcknowledgementFile) throws {
            descriptor = open(file.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        }

        deinit { close(descriptor) }

        func append(_ call: Call) throws {
            let words = [call.key.description] + call.positions.map(\.description)
            let line = Array((words.joined(separator: " ") + "\n").utf8)
            let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written == line.count else { throw CocoaError(.fileWriteUnknown) }
        }
    }

    /// The calls from `offset` on, which is then moved to their end.
    func calls(from offset: inout UInt64) throws -> [Call] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        try file.seek(toOffset: offset)
        guard let data = try file.readToEnd() else { return [] }
        offset += UInt64(data.count)
        return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let key = words.first.flatMap({ CallKey(String($0)) }) else { return nil }
            return Call(
                key: key,
                positions: words.dropFirst().compactMap { UInt64($0) }.map(Position.init)
            )
        }
    }
}

/// An idempotency key that includes how many events its call must have: with it, half a call is
/// noticed even if the caller never got an answer.
struct CallKey: Hashable, Sendable, CustomStringConvertible {
    let round: Int
    let task: Int
    let call: Int
    let eventCount: Int

    init(round: Int, task: Int, call: Int, eventCount: Int) {
        self.round = round
        self.task = task
        self.call = call
        self.eventCount = eventCount
    }

    init?(_ text: String) {
        let numbers = text.split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 4 else { return nil }
        self.init(
            round: numbers[0],
            task: numbers[1],
            call: numbers[2],
            eventCount: numbers[3]
        )
    }

    var description: String { "\(round).\(task).\(call).\(eventCount)" }
}
