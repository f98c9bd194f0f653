import AnnalsLog
import Testing

struct `An origin` {
    /// A character cut in half would leave a transaction that nobody can read.
    @Test(arguments: ["", "a", "ab", "abc"], ["x", "é", "名", "👍"])
    func `that is too long is cut between characters`(start: String, character: Character) throws {
        let origin = start + String(repeating: character, count: 70_000)
        let limit = TransactionBuilder.originByteCountMax
        var chain = Chain()
        chain.add([SampleEvent()], origin: origin)

        let read = try StoredTransaction(decoding: chain.transactions[0]).origin

        #expect(origin.hasPrefix(read))
        #expect((limit - 3...limit).contains(read.utf8.count))
    }
}
