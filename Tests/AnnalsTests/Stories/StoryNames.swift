import Annals
import AnnalsTestSupport

/// The names of records in a story: `@ng` if a call has named it so, otherwise `@Contact-1` for the
/// first contact that ever existed, even if it is gone.
///
/// `@ng/15` is the id in its form of fifteen characters.
struct StoryNames {
    private var ids: [String: RecordID] = [:]
    private var names: [RecordID: String] = [:]

    init(administrator: RecordID) { name(administrator, "@admin") }

    mutating func name(_ id: RecordID, _ name: String) {
        ids[name] = id
        names[id] = name
    }

    /// The id for a call, as text; `nil` if there is no such name.
    func text(_ word: String, _ schema: Schema) -> String? {
        let isShort = word.hasSuffix("/15")
        guard let id = id(isShort ? String(word.dropLast(3)) : word, schema) else { return nil }
        return isShort ? id.shortDescription : id.description
    }

    func id(_ word: String, _ schema: Schema) -> RecordID? {
        if let id = ids[word] { return id }
        let parts = word.dropFirst().split(separator: "-")
        guard word.first == "@", parts.count == 2, let serial = UInt64(parts[1]) else { return nil }
        return schema[String(parts[0])]?.id(ofSerial: serial)
    }

    func name(of id: RecordID, _ schema: Schema) -> String {
        if let name = names[id] { return name }
        guard let key = schema.key(of: id), let object = schema.object(code: key.object),
            object.id(ofSerial: key.serial) == id
        else { return id.description }
        return "@\(object.name)-\(key.serial)"
    }

    /// A sentence with names instead of ids, and `x*41` instead of 41 x.
    func naming(_ text: String, _ schema: Schema) -> String {
        var named = ""
        var word = ""
        func close() {
            if [15, 18].contains(word.utf8.count), let id = RecordID(word) {
                let name = name(of: id, schema)
                named += name.first == "@" && word.utf8.count == 15 ? name + "/15" : name
            } else {
                named += word
            }
            word = ""
        }
        for character in text {
            if character.isASCII, character.isLetter || character.isNumber {
                word.append(character)
            } else {
                close()
                named.append(character)
            }
        }
        close()
        return named.collapsingRuns
    }
}

extension String {
    /// With `x*41` instead of 41 x, for every run of twenty or more.
    fileprivate var collapsingRuns: String {
        var text = ""
        var rest = self[...]
        while let character = rest.first {
            let run = rest.prefix { $0 == character }
            text += run.count < 20 || character == " " ? String(run) : "\(character)*\(run.count)"
            rest = rest.dropFirst(run.count)
        }
        return text
    }
}
