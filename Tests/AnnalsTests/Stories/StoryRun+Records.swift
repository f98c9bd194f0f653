import Annals
import AnnalsTestSupport

// Records and ids in the syntax of stories.

extension StoryRun {
    /// A record for a call, and its name in the story from then on.
    struct GivenRecord {
        var name: String?
        var sObject: SObject
    }

    /// One record per line: `@ng: Contact LastName=Ng`, `Contact @ng Phone=null`, `200 x Contact
    /// LastName=Ng`.
    func records(_ command: StoryCommand) throws -> [GivenRecord] {
        var records: [GivenRecord] = []
        for words in try command.words() {
            var words = words[...]
            var count = 1
            if words.count > 1, words.dropFirst().first == "x", let given = Int(words[0]) {
                count = given
                words = words.dropFirst(2)
            }
            var name: String?
            if let first = words.first, first.first == "@", first.last == ":" {
                name = String(first.dropLast())
                words = words.dropFirst()
            }
            guard let type = words.popFirst() else {
                throw command.mistake("a record begins with the name of its object")
            }
            var record = SObject(type)
            if let word = words.first, !word.contains("=") || word.first == "\"" {
                record.id = .text(try idText(word, command))
                words = words.dropFirst()
            }
            for word in words { try set(word, of: &record, command) }
            records += Array(repeating: GivenRecord(name: name, sObject: record), count: count)
        }
        return records
    }

    private func set(
        _ word: String,
        of record: inout SObject,
        _ command: StoryCommand
    ) throws {
        guard let sign = word.firstIndex(of: "=") else {
            throw command.mistake("\(word) sets no field: Field=value")
        }
        let name = String(word[..<sign])
        let text = String(word[sign...].dropFirst())
        switch name {
        case "fieldsToNull":
            record.fieldsToNull = text.split(separator: ",").map(String.init)
        case "expectedPosition": record.expectedPosition = try position(text, command)
        default: record.fields.append(SObject.Assignment(name, try value(text, command)))
        }
    }

    func position(_ text: String, _ command: StoryCommand) throws -> Position {
        guard let ordinal = UInt64(text) else { throw command.mistake("\(text) is no position") }
        return Position(ordinal)
    }

    /// `"a text"`, `null`, `true`, `5`, `@ng`, `Contact(Email=a@b.c)`; other words are texts.
    private func value(_ text: String, _ command: StoryCommand) throws -> Value {
        if let quoted = text.unquoted { return .text(quoted) }
        switch text {
        case "null": return .null
        case "true": return true
        case "false": return false
        case _ where text.first == "@": return .text(try idText(text, command))
        default: break
        }
        if text.last == ")", let open = text.firstIndex(of: "("),
            let sign = text.firstIndex(of: "=")
        {
            let value = String(text[sign...].dropFirst().dropLast())
            return .lookup(
                object: String(text[..<open]),
                field: String(text[open..<sign].dropFirst()),
                value: value.unquoted ?? value
            )
        }
        if let number = DecimalText(text) { return .decimal(number) }
        return .text(text)
    }

    /// The id that a word names; any other word is passed as if it were an id.
    func idText(_ word: String, _ command: StoryCommand) throws -> String {
        guard word.first == "@" else { return word.unquoted ?? word }
        guard let text = names.text(word, store.schema) else {
            throw command.mistake("nothing is called \(word)")
        }
        return text
    }

    /// `@ng @ito expectedPosition=12`, `2001 x @ng`.
    func references(_ words: [String], _ command: StoryCommand) throws -> [RecordReference] {
        var references: [RecordReference] = []
        for word in try repeated(words) {
            if word.hasPrefix("expectedPosition="), !references.isEmpty {
                let text = String(word.dropFirst("expectedPosition=".count))
                references[references.count - 1].expectedPosition = try position(text, command)
            } else {
                references.append(RecordReference(text: try idText(word, command)))
            }
        }
        return references
    }

    /// The words, with the next one repeated as often as `2001 x` says.
    func repeated(_ words: [String]) throws -> [String] {
        var all: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if let count = Int(word), rest.first == "x", let next = rest.dropFirst().first {
                all += Array(repeating: next, count: count)
                rest = rest.dropFirst(2)
            } else {
                all.append(word)
            }
        }
        return all
    }
}
