import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsArchive

struct `An archive whose store erased a record` {
    private let erased = RecordKey(object: 16, serial: 60)
    private let other = RecordKey(object: 16, serial: 61)

    /// A log in which both records change now and then, archived in steps.
    private func sample(_ path: String) throws -> SampleLog {
        var sample = try SampleLog(seed: 71)
        for step in 0..<12 {
            try sample.add(20)
            try sample.add("SECRET \(step)", to: erased)
            try sample.add("PUBLIC \(step)", to: other)
            if step % 2 == 0 { _ = try ArchiveFolder(writing: path).append(from: sample.source) }
        }
        _ = try ArchiveFolder(writing: path).append(from: sample.source)
        return sample
    }

    private func count(ofSegmentsIn path: String) throws -> Int {
        try Archive(reading: path).segmentCount
    }

    /// How often the text occurs in the uncompressed transactions.
    private func count(_ text: String, in archive: Archive) throws -> Int {
        try archive.contents().reduce(0) { count, bytes in
            count
                + String(decoding: bytes, as: Unicode.ASCII.self).components(
                    separatedBy: text
                ).count - 1
        }
    }

    @Test func `has none of its values, and proves the same history`() throws {
        let scratch = Scratch()
        let path = scratch("archive")
        var sample = try sample(path)
        #expect(try count("SECRET", in: Archive(reading: path)) == 12)
        #expect(try Archive(reading: path).segmentCount == 7)
        try sample.erase(erased)
        try sample.add("PUBLIC after", to: other)
        try sample.add("written after it", to: erased)
        _ = try ArchiveFolder(writing: path).append(from: sample.source)

        let archive = try Archive(reading: path)
        #expect(try count("SECRET", in: archive) == 0)
        #expect(try count("PUBLIC", in: archive) == 13)
        #expect(try count("written after it", in: archive) == 1)
        var check = LogCheck()
        for segment in archive.segments {
            for transaction in try segment.transactions() {
                #expect(check.accept(transaction) == nil)
            }
        }
        #expect(check.head == sample.head)
        #expect(try archive.erasures().map(\.key) == [erased])
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        #expect(names.count { $0.hasSuffix(".segment") } == archive.segmentCount)
        #expect(names.filter { !$0.hasSuffix(".segment") } == [".annals-obeyed"])
    }

    @Test func `is rid of them by the next run where one was killed`() throws {
        let scratch = Scratch()
        let (path, kept) = (scratch("archive"), scratch("kept"))
        var sample = try sample(path)
        try FileManager.default.copyItem(atPath: path, toPath: kept)
        try sample.erase(erased)
        _ = try ArchiveFolder(writing: path).append(from: sample.source)
        // Puts some of the files back as they were before, and the mark that an erasure is under
        // way.
        for (index, name) in try FileManager.default.contentsOfDirectory(atPath: kept).enumerated()
        where index % 2 == 0 {
            try? FileManager.default.removeItem(atPath: path + "/" + name)
            try FileManager.default.copyItem(atPath: kept + "/" + name, toPath: path + "/" + name)
        }
        try Data().write(to: URL(fileURLWithPath: path + "/.annals-erasing"))
        // Readers use the files without the values.
        #expect(try count("SECRET", in: Archive(reading: path)) == 0)
        #expect(try !Archive(reading: path).superseded.isEmpty)

        #expect(try ArchiveFolder(writing: path).append(from: sample.source) == 0)
        #expect(try count("SECRET", in: Archive(reading: path)) == 0)
        #expect(!FileManager.default.fileExists(atPath: path + "/.annals-erasing"))
    }

    @Test func `is rid of them again by the next run where earlier segments were put back`() throws
    {
        let scratch = Scratch()
        let (path, kept) = (scratch("archive"), scratch("kept"))
        var sample = try sample(path)
        try FileManager.default.copyItem(atPath: path, toPath: kept)
        try sample.erase(erased)
        _ = try ArchiveFolder(writing: path).append(from: sample.source)
        // A copy that adds what is gone, and one that replaces what was rewritten.
        let first = try #require(try Archive(reading: kept).segments.first)
        for isReplacing in [false, true] {
            if isReplacing {
                try FileManager.default.removeItem(
                    atPath: #require(try Archive(reading: path).segments.first).path
                )
            }
            try FileManager.default.copyItem(
                atPath: first.path,
                toPath: path + "/" + first.header.name.text
            )
            #expect(try count("SECRET", in: Archive(reading: path)) == (isReplacing ? 1 : 0))
            #expect(try ArchiveFolder(writing: path).append(from: sample.source) == 0)
            #expect(try count("SECRET", in: Archive(reading: path)) == 0)
            #expect(try Archive(reading: path).superseded.isEmpty)
        }
        // Nor are all segments read again because some were merged.
        while try Archive(reading: path).segmentCount >= count(ofSegmentsIn: kept) {
            try sample.add(20)
            _ = try ArchiveFolder(writing: path).append(from: sample.source)
        }
        let obeyed = try String(contentsOfFile: path + "/.annals-obeyed", encoding: .utf8)
        #expect(
            try obeyed.split(separator: "\n").map(String.init)
                == Archive(reading: path).segments.map(\.header.name.text)
        )
        // Without a change, nothing is rewritten.
        let before = try Archive(reading: path)
        _ = try ArchiveFolder(writing: path).append(from: sample.source)
        #expect(try Archive(reading: path) == before)
    }
}
