import AnnalsLMDB
import AnnalsLog
import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsArchive

struct `An archive` {
    @Test func `holds the log, in whatever steps it was appended`() throws {
        var sample = try SampleLog(seed: 41)
        let scratch = Scratch()
        let path = scratch("archive")
        for step in 0..<40 {
            try sample.add(1 + step % 7)
            let folder = try ArchiveFolder(writing: path)
            _ = try folder.append(from: sample.source)
        }
        try sample.add(400, valueBytesMax: 8000)
        let folder = try ArchiveFolder(writing: path)
        let new = try folder.append(from: sample.source)

        #expect(new == 400)
        #expect(try folder.append(from: sample.source) == 0)
        let archive = try Archive(reading: path)
        #expect(try archive.contents() == sample.transactions())
        #expect(archive.segments.last?.header.after == sample.head)
        #expect(archive.storeID == SampleLog.storeID)
        #expect(archive.superseded == [])
        // The values consist of two letters, which take a bit each.
        #expect(archive.fileBytes * 4 < archive.logBytes)
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        #expect(names.count == archive.segmentCount)
    }

    @Test func `merges the small segments that following leaves`() throws {
        var sample = try SampleLog(seed: 42)
        let scratch = Scratch()
        let folder = try ArchiveFolder(writing: scratch("archive"))
        for _ in 0..<200 {
            try sample.add(1)
            _ = try folder.append(from: sample.source)
            #expect(folder.archive.segmentCount < 16)
        }
        #expect(try folder.archive.contents() == sample.transactions())
    }

    @Test func `takes a merge that was killed for what it is`() throws {
        var sample = try SampleLog(seed: 43)
        let scratch = Scratch()
        let path = scratch("archive")
        let kept = scratch("kept")
        for _ in 0..<15 {
            try sample.add(2)
            _ = try ArchiveFolder(writing: path).append(from: sample.source)
        }
        try FileManager.default.copyItem(atPath: path, toPath: kept)
        try sample.add(2)
        _ = try ArchiveFolder(writing: path).append(from: sample.source)
        for name in try FileManager.default.contentsOfDirectory(atPath: kept) {
            try FileManager.default.copyItem(atPath: kept + "/" + name, toPath: path + "/" + name)
        }
        try Data("half of one".utf8).write(to: URL(fileURLWithPath: path + "/.annals-segment"))

        let read = try Archive(reading: path)
        #expect(try read.contents() == sample.transactions())
        #expect(read.superseded.count == 15)
        let folder = try ArchiveFolder(writing: path)
        #expect(try folder.append(from: sample.source) == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 1)
    }

    @Test func `refuses another store, and another history of the same`() throws {
        var (sample, other) = (try SampleLog(seed: 44), try SampleLog(seed: 45))
        try sample.add(30)
        try other.add(40)
        let scratch = Scratch()
        let path = scratch("archive")
        _ = try ArchiveFolder(writing: path).append(from: sample.source)
        let foreign = ArchiveFolder.Source(
            sample.environment,
            sample.log,
            storeID: String(repeating: "f", count: 32),
            created: SampleLog.created
        )

        #expect(
            throws: RecoveryError.foreignStore(
                path: path,
                expected: foreign.storeID,
                found: SampleLog.storeID
            )
        ) { _ = try ArchiveFolder(writing: path).append(from: foreign) }
        #expect(throws: RecoveryError.forked(path: path, after: 0)) {
            _ = try ArchiveFolder(writing: path).append(from: other.source)
        }
        let younger = try SampleLog(seed: 46)
        #expect(throws: RecoveryError.behind(store: 0, archive: 30)) {
            _ = try ArchiveFolder(writing: path).append(from: younger.source)
        }
        #expect(try Archive(reading: path).contents() == sample.transactions())
    }

    @Test func `tells which transaction a lost segment takes with it`() throws {
        var sample = try SampleLog(seed: 47)
        let scratch = Scratch()
        let path = scratch("archive")
        for _ in 0..<5 {
            try sample.add(4)
            _ = try ArchiveFolder(writing: path).append(from: sample.source)
        }
        let third = try Archive(reading: path).segments[2]
        try FileManager.default.removeItem(atPath: third.path)

        let archive = try Archive(reading: path)
        #expect(archive.segments.count == 2)
        #expect(archive.gap == 9)
        #expect(throws: RecoveryError.missing(transaction: 9)) {
            _ = try ArchiveFolder(writing: path)
        }
    }

    @Test func `is written by one at a time`() throws {
        let scratch = Scratch()
        let path = scratch("archive")
        let first = try ArchiveFolder(writing: path)

        #expect(throws: RecoveryError.storage(.lockedByAnotherProcess(path: path))) {
            _ = try ArchiveFolder(writing: path)
        }
        withExtendedLifetime(first) {}
    }

    @Test func `does not follow links, nor names that are not its own`() throws {
        var sample = try SampleLog(seed: 48)
        try sample.add(9)
        let scratch = Scratch()
        let path = scratch("archive")
        _ = try ArchiveFolder(writing: path).append(from: sample.source)
        let segment = try Archive(reading: path).segments[0]
        for name in ["1-9.segment", "0000000000000009-0000000000000001.segment", "x.segment"] {
            try FileManager.default.copyItem(atPath: segment.path, toPath: path + "/" + name)
        }
        #expect(try Archive(reading: path).segmentCount == 1)

        try FileManager.default.moveItem(atPath: segment.path, toPath: scratch("elsewhere"))
        try FileManager.default.createSymbolicLink(
            atPath: segment.path,
            withDestinationPath: scratch("elsewhere")
        )
        #expect(throws: RecoveryError.self) { _ = try Archive(reading: path) }
    }
}
