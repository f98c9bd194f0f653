import AnnalsTestSupport
import CLMDB
import Testing

@testable import AnnalsLMDB

struct `A data file that LMDB wrote` {
    @Test func `is walked page by page`() throws {
        let folder = Folder()

        let path = folder.file(Sample.shared.bytes)
        let summary = try PageCheck.walk(file: path)

        #expect(summary.tables == Sample.shared.tables)
        #expect(summary.freePages == Sample.shared.freePages.count)
        #expect(summary.leakedPages == 0)
        #expect(summary.bytes == Sample.shared.bytes.count)
        #expect(summary.pages == Int(Sample.shared.u64(Sample.shared.newestMeta + 136)) + 1)
        try PageCheck.checkHeader(ofFile: path)
    }

    @Test func `is sound when it is new`() throws {
        let folder = Folder()
        let path = folder.path("new")

        do { _ = Database(path) }

        try PageCheck.checkHeader(ofFile: path)
        let summary = try PageCheck.walk(file: path)
        #expect(summary.pages == 2)
        #expect(summary.tables.isEmpty)
    }

    @Test func `is sound after each of many random transactions`() throws {
        for seed in UInt64(0)..<6 {
            let folder = Folder()
            try RandomTransactions(seed: seed, path: folder.path("data")).run(transactions: 30)
        }
    }

    @Test func `is sound as a copy, compacted or not`() throws {
        let folder = Folder()
        let path = folder.file(Sample.shared.bytes)
        let database = Database(path)

        for (name, flags) in [("plain", 0), ("compact", MDB_CP_COMPACT)] {
            let copy = folder.path(name)
            try #require(mdb_env_copy2(database.environment, copy, UInt32(flags)) == 0)

            try PageCheck.checkHeader(ofFile: copy)
            let summary = try PageCheck.walk(file: copy)
            #expect(summary.tables == Sample.shared.tables)
            #expect(summary.leakedPages == 0)
            #expect((summary.freePages == 0) == (name == "compact"))
        }
    }

    @Test func `is sound with the roots of a commit that failed in its older meta page`() throws {
        let folder = Folder()
        var image = Sample.shared
        // What LMDB 0.9.24 leaves when a commit needed more pages and could not write its meta
        // page: the numbers from before, and roots beyond the last page.
        let (newest, older) = (image.newestMeta, 4096 - image.newestMeta)
        let lastPage = image.u64(newest + 136)
        image.edit64(older + 80) { _ in lastPage + 1 }
        image.edit64(older + 128) { _ in lastPage + 2 }

        let path = folder.file(image.bytes)

        try PageCheck.checkHeader(ofFile: path)
        #expect(try PageCheck.walk(file: path).tables == Sample.shared.tables)
    }

    @Test func `may list more free pages than fit into one`() throws {
        let folder = Folder()
        let path = folder.path("data")
        do {
            let database = Database(path)
            database.write { transaction in
                for index in 0..<1200 {
                    transaction.put(key(index), count: 3000, in: "many")
                }
            }
            database.write { $0.drop("many") }
        }

        let summary = try PageCheck.walk(file: path)

        #expect(summary.freePages > 1200)
        #expect(summary.leakedPages == 0)
        #expect(summary.tables == ["many": 0])
    }

    /// LMDB does not write a page that is allocated and freed by the same transaction.
    @Test func `may end before its last page when that is free`() throws {
        let folder = Folder()
        let path = folder.path("data")
        do {
            let database = Database(path)
            // LMDB reuses such pages at once only if it has read the free list.
            for _ in 0..<4 { database.write { $0.put(key(0), count: 10, in: "log") } }
            database.write { transaction in
                transaction.put(key(1), count: 100_000, in: "log")
                transaction.delete(key(1), in: "log")
            }
        }

        let summary = try PageCheck.walk(file: path)

        #expect(summary.bytes < summary.pages * 4096)
        #expect(summary.tables == ["log": 1])
        try PageCheck.checkHeader(ofFile: path)
    }

    @Test func `may have lost pages, which are counted`() throws {
        let folder = Folder()
        var image = Sample.shared
        image.edit64(image.newestMeta + 136) { $0 + 3 }

        // The header alone does not show whether these pages are in use: all the others are walked.
        let path = folder.file(image.bytes)
        try PageCheck.checkHeader(ofFile: path)

        let summary = try PageCheck.walk(file: path)
        #expect(summary.leakedPages == 3)
    }

    @Test func `is opened although a torn write left the older meta page contradictory`() throws {
        let folder = Folder()
        var image = Sample.shared
        image.edit64(image.olderMeta + 128) { _ in 1 << 60 }

        let path = folder.file(image.bytes)
        try PageCheck.checkHeader(ofFile: path)

        let finding = #expect(throws: PageFinding.self) { try PageCheck.walk(file: path) }
        #expect(finding == PageFinding(.root, page: UInt64(image.olderMeta / 4096)))
    }

    @Test func `is sound, or known to be changing, beside a process that writes`() async throws {
        let folder = Folder()
        let path = folder.path("data")
        func grow(by transactions: Int) {
            let database = Database(path)
            var random = SeededRandom(seed: 7)
            for _ in 0..<transactions {
                database.write { transaction in
                    for _ in 0..<40 {
                        let number = Int.random(in: 0..<5000, using: &random)
                        transaction.put(key(number), count: number % 3000, in: "records")
                        transaction.delete(key(number / 2), in: "records")
                    }
                }
            }
        }
        grow(by: 3)

        let writer = Task.detached { grow(by: 500) }
        for _ in 0..<100 {
            try PageCheck.checkHeader(ofFile: path)
            do throws(PageFinding) {
                _ = try PageCheck.walk(file: path)
            } catch {
                #expect(error == PageFinding(.changed))
            }
        }
        await writer.value
    }

    @Test func `is walked with word of how far`() throws {
        let folder = Folder()
        var shares: [Double] = []

        _ = try PageCheck.walk(file: folder.file(Sample.shared.bytes)) { share in
            shares.append(share)
            return true
        }

        #expect(shares.count >= 2)
        #expect(shares == shares.sorted())
        #expect(shares.last == 1)
    }
}
