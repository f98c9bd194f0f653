import Annals
import AnnalsTestSupport
import Foundation
import Testing

/// How many bit flips are tried: `ANNALS_FLIPS`, or a thousand by default.
private let flipCount =
    ProcessInfo.processInfo.environment["ANNALS_FLIPS"].flatMap { Int($0) } ?? 1000

struct `A flipped bit` {
    @Test(arguments: RottingStore.Kind.allCases)
    func `is noticed or harms nothing, and costs no current value of any record`(
        kind: RottingStore.Kind
    ) async throws {
        let store = try await RottingStore()
        let pages = try #require(store.pages[kind])
        var random = SeededRandom(seed: testSeed(UInt64(pages.count)))
        let count = flipCount / RottingStore.Kind.allCases.count
        var (refused, noticed, harmless) = (0, 0, 0)
        for round in 0..<count {
            let page = pages[random.below(pages.count)]
            let byte = store.rottingByte(of: page, kind, &random)
            let offset = page * RottingStore.pageByteCount + byte
            let bit = random.below(8)
            var bytes = store.bytes
            bytes[offset] ^= 1 << UInt8(bit)
            let path = try store.place(bytes, "rotten")
            let what: Comment = "\(kind) page \(page), byte \(offset % 4096), bit \(bit)"
            let isVerified = round % 8 == 0
            switch try await read(path, isVerified: isVerified) {
            case nil: refused += 1
            case .some(let contents) where contents == store.contents: harmless += 1
            case .some(let contents):
                // What is returned is true, though something may be missing.
                noticed += 1
                #expect(!isVerified, what)
                for (id, values) in contents.records {
                    #expect(store.contents.records[id] == values, what)
                }
                for event in contents.events {
                    #expect(store.contents.events.contains(event), what)
                }
            }
            if round % 16 == 0 {
                let salvaged = try await store.salvage(path)
                for (id, values) in store.contents.records where salvaged.records[id] != values {
                    Issue.record("\(what): the salvage has lost \(id)")
                }
            }
        }
        if flipCount > 1000 {
            print(
                "\(kind): \(count) flips, \(refused) refused, \(noticed) partly read, \(harmless) harmless"
            )
        }
    }

    /// Everything that a store returns, or `nil` if it is refused.
    ///
    /// Pages are checked before LMDB reads them, as `verify` does.
    private func read(_ path: String, isVerified: Bool) async throws -> RottingStore.Contents? {
        guard try RecordStore.checkFile(at: path).isClean else { return nil }
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        do throws(StoreError) {
            if isVerified,
                await !(try RecordStore.verify(at: path, configuration: configuration).isClean)
            {
                return nil
            }
            let store = try RecordStore(at: path, configuration: configuration)
            return try await RottingStore.told(by: store)
        } catch {
            return nil
        }
    }

    @Test func `or a thousand of them, or a file cut short, bring no salvage down`() async throws {
        let store = try await RottingStore()
        var random = SeededRandom(seed: testSeed(7))
        for round in 0..<(flipCount / 32) {
            var bytes = store.bytes
            if round % 3 == 0 {
                bytes.removeLast(random.below(bytes.count))
            } else {
                for _ in 0..<(1 << random.below(11)) {
                    bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
                }
            }
            if bytes.isEmpty { continue }
            _ = try await store.salvage(store.place(bytes, "rotten"))
        }
    }
}
