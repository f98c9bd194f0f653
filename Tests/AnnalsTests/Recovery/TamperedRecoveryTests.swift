import Annals
import AnnalsTestSupport
import Foundation
import Testing

struct `A byte of a snapshot or an archive that is another` {
    /// Set `ANNALS_TAMPER_COUNT` for a soak test.
    private static let count =
        ProcessInfo.processInfo.environment["ANNALS_TAMPER_COUNT"].flatMap { Int($0) } ?? 200

    @Test func `keeps it from being restored, and is named with its file`() async throws {
        let store = try await LivedInStore()
        let (snapshots, archive) = (store.scratch("snapshots"), store.scratch("archive"))
        do {
            let open = try RecordStore(at: store.path)
            try await open.takeSnapshot(in: snapshots)
            try await open.archive(to: archive)
        }
        let files = try [snapshots, archive].flatMap { folder in
            try FileManager.default.subpathsOfDirectory(atPath: folder).map { folder + "/" + $0 }
        }.filter { path in
            var isFolder: ObjCBool = false
            // The list of obeyed segments is for who writes: other names have them rewritten again.
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                && !isFolder.boolValue && !path.hasSuffix("/.annals-obeyed")
        }
        #expect(files.count == 3)
        let seed = testSeed(23)
        var random = SeededRandom(seed: seed)
        let target = store.scratch("restored")
        for step in 0..<Self.count {
            let file = files[random.below(files.count)]
            let whole = try Data(contentsOf: URL(filePath: file))
            var bytes = whole
            let place = random.below(bytes.count)
            bytes[place] ^= UInt8(1 + random.below(255))
            try bytes.write(to: URL(filePath: file))
            let isArchive = file.hasPrefix(archive)
            do throws(StoreError) {
                _ = try await RecordStore.restore(
                    to: target,
                    snapshots: isArchive ? nil : snapshots,
                    archive: isArchive ? archive : nil
                )
                Issue.record("seed \(seed), step \(step): byte \(place) of \(file) was accepted")
                try? FileManager.default.removeItem(atPath: target)
            } catch {
                let folder = isArchive ? archive : snapshots
                #expect("\(error)".contains(folder), "seed \(seed), step \(step): \(error)")
            }
            #expect(!FileManager.default.fileExists(atPath: target))
            try whole.write(to: URL(filePath: file))
        }
        _ = try await RecordStore.restore(to: target, snapshots: snapshots, archive: archive)
        await #expect(try RecordStore.verify(at: target).findings == [])
    }
}
