import Annals
import AnnalsJSON
import AnnalsLMDB
import Foundation

/// A folder with a file for each object, which gets its name only when it is complete.
final class EventFolder {
    enum Format: String, CaseIterable, Sendable {
        case jsonl, csv
    }

    private let path: String
    private let unfinished: UnfinishedFolder
    private let format: Format
    private var files: [String: EventFile] = [:]

    /// - Throws: A failure if something exists at `path`.
    init(_ path: String, _ format: Format) throws(Failure) {
        self.path = path
        self.format = format
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        if FileManager.default.fileExists(atPath: trimmed) {
            throw Failure("EXISTS", "There is something at \(path) already.", .callRefused)
        }
        do throws(StorageError) {
            // Its contents are as confidential as the store.
            unfinished = try UnfinishedFolder(for: trimmed)
        } catch {
            throw .output("The folder \(path) cannot be created", error)
        }
    }

    /// The files and how many events they have, in the order of their names.
    var counts: [(name: String, events: Int)] {
        files.sorted { $0.key < $1.key }.map { ("\($0.key).\(format.rawValue)", $0.value.count) }
    }

    /// - Parameter object: The event's object, as it is now; its fields' types are written.
    func write(_ event: HistoryEvent, _ object: ObjectType?) throws(Failure) {
        let file: EventFile
        if let known = files[event.object] {
            file = known
        } else {
            file = try EventFile("\(unfinished.path)/\(event.object).\(format.rawValue)")
            files[event.object] = file
            if format == .csv { try file.append(EventCSV.head) }
        }
        file.count += 1
        switch format {
        case .jsonl: try file.append(JSONValue(event).line + "\n")
        case .csv: try file.append(EventCSV.lines(of: event, object))
        }
    }

    /// Syncs the files to disk and gives the folder its name.
    func finish() throws(Failure) {
        for file in files.values { try file.close() }
        do throws(StorageError) {
            try unfinished.finish()
        } catch {
            throw .output("The folder \(path) cannot be created", error)
        }
    }

    func remove() { unfinished.discard() }
}

/// A file of events that is written some thousand lines at a time.
private final class EventFile {
    private let file: NewFile
    private var pending = Data()
    var count = 0

    init(_ path: String) throws(Failure) { file = try NewFile(path) }

    func append(_ text: String) throws(Failure) {
        pending.append(contentsOf: text.utf8)
        if pending.count > 1 << 16 { try flush() }
    }

    func close() throws(Failure) {
        try flush()
        try file.close()
    }

    private func flush() throws(Failure) {
        let data = pending
        pending = Data()
        try file.write(data)
    }
}
