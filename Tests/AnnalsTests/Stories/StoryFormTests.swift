import AnnalsTestSupport
import Testing

struct `The form of a story` {
    private func story(_ text: String) throws(StoryError) -> Story {
        try Story(text, path: "a.story")
    }

    @Test func `is calls, dashes and an answer, and is written as it was read`() throws {
        let text = """
            # What it is about.

            # More of it.
            create [as @ann, allOrNone]
              @ng: Contact LastName="Ng \\"N\\""
              Contact LastName=Ito
            ---
            @ng: created
            record 2: refused

            log
            ---

            # The end.

            """
        let story = try story(text)

        #expect(story.text == text)
        #expect(story.blocks.map(\.answer) == [["@ng: created", "record 2: refused"], []])
        let command = story.blocks[0].commands[0]
        #expect(command.verb == "create" && command.tags == ["as": "@ann", "allOrNone": ""])
        #expect(
            try command.words() == [
                ["@ng:", "Contact", "LastName=\"Ng \\\"N\\\"\""], ["Contact", "LastName=Ito"],
            ]
        )
    }

    @Test(arguments: [
        ("", 1, "there is no call in it"),
        ("# Only this.\n", 1, "there is no call in it"),
        ("create Contact\n", 1, "the call has no --- below it"),
        ("log\n---\n\nlog\n\n---\n", 4, "the call has no --- below it"),
        ("---\n", 1, "no call stands above"),
        ("# A\n  Contact\n---\n", 2, "an indented line goes on with a call, and none is above"),
        ("log\ncreate [as @ann\n---\n", 2, "a bracket is not closed"),
        ("create [as @ann, as @ben]\n---\n", 1, "as stands there twice"),
        ("create [as @ann, ]\n---\n", 1, "a tag is empty"),
    ])
    func `is refused with its line`(text: String, line: Int, reason: String) {
        #expect(throws: StoryError(line, reason)) { try story(text) }
    }

    @Test(arguments: [
        ("jump", "there is no call jump"),
        ("delete @ng", "nothing is called @ng"),
        ("create Contact LastName=\"Ng", "a quote is not closed: Contact LastName=\"Ng"),
        ("create Contact 1 LastName", "LastName sets no field: Field=value"),
        ("create [alone] Contact", "create knows no tag alone"),
        ("upsert Contact", "upsert needs the field to find records by: [by Id]"),
        ("wait a moment", "wait takes a span such as 250ms, 61s, 5m, 2h or 15d"),
        ("clock noon", "noon is no moment"),
        ("getUpdated Contact", "getUpdated takes an object, a start and an end"),
    ])
    func `has only calls that can be made`(call: String, reason: String) async throws {
        var run = try await StoryRun()
        let story = try story("log\n\(call)\n---\n")
        await #expect(throws: StoryError(2, reason)) {
            _ = try await run.answer(story.blocks[0].commands)
        }
    }

    @Test func `reads quotes`() {
        #expect("\"a \\\"b\\\" \\u{E9}\\n\"".unquoted == "a \"b\" \u{E9}\n")
        #expect("\"ab\"*3".unquoted == "ababab")
        #expect("ab".unquoted == nil)
        #expect("\"ab\"c".unquoted == nil)
    }
}
