import Foundation

/// A file of calls with the answer of each, like toyDB's goldenscripts
/// (fixtures/stories/README.md).
///
/// The meaning of the calls is up to the runner: here a story is only read and written.
public struct Story: Sendable {
    /// Calls, the dashes below them, and their answer.
    public struct Block: Sendable {
        /// Comments and calls, verbatim.
        let head: [String]
        public let commands: [StoryCommand]
        public var answer: [String]
        /// The line of the dashes.
        public let line: Int
    }

    public let path: String
    public var blocks: [Block]
    /// Comments below the last block.
    private let tail: [String]

    public static let dashes = "---"

    /// - Throws: ``StoryError`` with the line that is not valid.
    public init(_ text: String, path: String) throws(StoryError) {
        self.path = path
        blocks = []
        var head: [String] = []
        var commands: [StoryCommand] = []
        var isInAnswer = false
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            let number = index + 1
            if line.isEmpty {
                guard commands.isEmpty else {
                    throw StoryError(commands[0].line, "the call has no \(Self.dashes) below it")
                }
                isInAnswer = false
                if head.last?.isEmpty == false { head.append("") }
            } else if isInAnswer {
                blocks[blocks.count - 1].answer.append(line)
            } else if line == Self.dashes {
                guard !commands.isEmpty else { throw StoryError(number, "no call stands above") }
                blocks.append(Block(head: head, commands: commands, answer: [], line: number))
                (head, commands, isInAnswer) = ([], [], true)
            } else {
                head.append(line)
                if line.hasPrefix("#") { continue }
                if line.first?.isWhitespace == true {
                    guard !commands.isEmpty else {
                        throw StoryError(
                            number,
                            "an indented line goes on with a call, and none is above"
                        )
                    }
                    commands[commands.count - 1].lines.append(line)
                } else {
                    commands.append(try StoryCommand(line, at: number))
                }
            }
        }
        guard commands.isEmpty else {
            throw StoryError(commands[0].line, "the call has no \(Self.dashes) below it")
        }
        guard !blocks.isEmpty else { throw StoryError(1, "there is no call in it") }
        while head.last?.isEmpty == true { head.removeLast() }
        tail = head
    }

    /// The file, with the blocks' current answers.
    public var text: String {
        var paragraphs = blocks.map {
            ($0.head + [Self.dashes] + $0.answer).joined(separator: "\n")
        }
        if !tail.isEmpty { paragraphs.append(tail.joined(separator: "\n")) }
        return paragraphs.joined(separator: "\n\n") + "\n"
    }
}

/// Why a file is not a valid story, or one of its calls cannot be made.
public struct StoryError: Error, Equatable {
    /// Counts from 1.
    public let line: Int
    public let reason: String

    public init(_ line: Int, _ reason: String) {
        self.line = line
        self.reason = reason
    }
}

/// A file with a story.
public struct StoryFile: Sendable, CustomStringConvertible {
    private let url: URL
    /// Relative to the folder of stories, such as `delete/twice.story`.
    public let name: String

    public var path: String { url.path }
    public var description: String { name }

    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("fixtures/stories")

    /// Every file of `fixtures/stories`, by name.
    public static let all: [StoryFile] = {
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap {
            $0 as? String
        }
        return (names ?? []).filter { $0.hasSuffix(".story") }.sorted().map {
            StoryFile(url: folder.appendingPathComponent($0), name: $0)
        }
    }()

    public func read() throws -> Story {
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        return try Story(text, path: path)
    }

    /// Whether answers are written instead of compared: `REWRITE=1`.
    public static var isRewriting: Bool { ProcessInfo.processInfo.environment["REWRITE"] == "1" }

    public func write(_ story: Story) throws {
        try Data(story.text.utf8).write(to: url)
    }
}
