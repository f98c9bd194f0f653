// Uses the library like a program that keeps a store open.
//
//     life-worker calls STORE DURABILITY OBJECT TEXT...    a call each, acknowledged by "made"
//     life-worker let-go STORE DURABILITY OBJECT TEXT...   a store each, released during the call
import Annals
import Glibc

func tell(_ text: String) {
    print(text)
    fflush(nil)
}

func open(_ path: String, _ durability: Durability) throws(StoreError) -> RecordStore {
    var configuration = RecordStore.Configuration()
    configuration.durability = durability
    return try RecordStore(at: path, configuration: configuration)
}

func letGo(
    _ path: String,
    _ durability: Durability,
    _ object: String,
    _ text: String
) async throws(StoreError) {
    let store = try open(path, durability)
    let call = BatchCall(
        session: store.session(),
        .create([SObject(object, ["V__c": .text(text)])])
    )
    for result in try await store.perform([call]) { _ = try result.get() }
}

let arguments = CommandLine.arguments
let (path, object) = (arguments[2], arguments[4])
let durability: Durability = arguments[3] == "journaled" ? .journaled : .grouped
do {
    switch arguments[1] {
    case "calls":
        let store = try open(path, durability)
        for text in arguments[5...] {
            let record = SObject(object, ["V__c": .text(text)])
            let results = try await store.session().create([record])
            if results.allSatisfy({ $0.isSuccess }) { tell("made") }
        }
    default:
        for text in arguments[5...] {
            try await letGo(path, durability, object, text)
            tell("made")
        }
    }
} catch {
    tell("failed: \(error)")
    exit(1)
}
