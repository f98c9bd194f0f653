import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A check` {
    @Test func `tells how far the comparison is, of as many entries as it reports`() async throws {
        let test = try await ClosedStore()
        let store = try RecordStore(at: test.path)
        var shares: [(done: UInt64, total: UInt64)] = []

        let report = try store.check(scratch: test.scratch("check")) { _, _ in
            shares.isEmpty
        } comparing: {
            shares.append(($0, $1))
            return true
        }

        #expect(report.findings == [])
        #expect(shares.count >= report.tables)
        #expect(shares.map(\.done) == shares.map(\.done).sorted())
        #expect(shares.allSatisfy { $0.total == report.entries })
        #expect(shares.first?.done == 0)
        #expect(shares.last?.done == UInt64(report.entries))
    }

    @Test(arguments: [0, 3])
    func `is interrupted while it compares, and leaves nothing behind`(wordCount: Int) async throws
    {
        let test = try await ClosedStore()
        var words = 0

        let error = #expect(throws: StoreError.self) {
            try RecordStore.check(
                at: test.path,
                scratch: test.scratch("check"),
                comparing: { _, _ in
                    words += 1
                    return words <= wordCount
                }
            )
        }

        #expect(error == .interrupted)
        #expect(words == wordCount + 1)
        #expect(!FileManager.default.fileExists(atPath: test.scratch("check")))
    }
}
