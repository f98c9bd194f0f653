import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A check` {
    @Test func `tells how far the comparison is, of as many entries as it reports`() async throws {
        let test = try await ClosedStore()
        let store = try RecordStore(at: test.path)
        let told = Shared<[WorkProgress]>([])

        let report = try await store.check(scratch: test.scratch("check")) { progress in
            told.change { $0.append(progress) }
        }

        let all = told.value
        let shares = Array(all.drop { $0.stage == .log })
        #expect(shares.allSatisfy { $0.stage == .tables })
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
        let words = Shared(0)
        let (path, scratch) = (test.path, test.scratch("check"))

        await #expect(throws: StoreError.interrupted) {
            try await cancelling(when: { (now: WorkProgress) in
                guard now.stage == .tables else { return false }
                return words.change { words in
                    words += 1
                    return words > wordCount
                }
            }) { progress in
                try await RecordStore.check(at: path, scratch: scratch, progress: progress)
            }
        }

        #expect(words.value == wordCount + 1)
        #expect(!FileManager.default.fileExists(atPath: test.scratch("check")))
    }
}
