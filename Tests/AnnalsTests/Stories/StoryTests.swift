import AnnalsTestSupport
import Foundation
import Testing

/// What the calls do, rule by rule, in files that read like a story (fixtures/stories/README.md).
struct `A story` {
    @Test(arguments: StoryFile.all)
    func `gives the answers that it states`(file: StoryFile) async throws {
        do {
            try await run(file)
        } catch let error as StoryError {
            Issue.record("\(error.reason)", sourceLocation: file.place(error.line))
        }
    }

    private func run(_ file: StoryFile) async throws {
        var story = try file.read()
        var run = try await StoryRun()
        for (index, block) in story.blocks.enumerated() {
            let answer = try await run.answer(block.commands)
            if !StoryFile.isRewriting { compare(answer, with: block, in: file) }
            story.blocks[index].answer = answer
        }
        if StoryFile.isRewriting { try file.write(story) }
        await #expect(try run.findings() == [])
    }

    /// Reports the first line that differs, at its line in the file.
    private func compare(_ answer: [String], with block: Story.Block, in file: StoryFile) {
        guard answer != block.answer else { return }
        let same = zip(answer, block.answer).prefix { $0 == $1 }.count
        let expected = block.answer.dropFirst(same).first ?? "(no more)"
        let found = answer.dropFirst(same).first ?? "(no more)"
        Issue.record(
            "expected: \(expected)\nanswered: \(found)",
            sourceLocation: file.place(block.line + 1 + same)
        )
    }
}

extension StoryFile {
    fileprivate func place(_ line: Int) -> SourceLocation {
        SourceLocation(fileID: "stories/\(name)", filePath: path, line: line, column: 1)
    }
}
