internal import Annals
internal import Foundation

/// The rows that were refused, each with its line and the reason, as JSON Lines.
struct Rejects {
    private let path: String?
    private var file: FileHandle?
    private(set) var count = 0

    init(path: String?) { self.path = path }

    mutating func add(line: Int, row: String, errors: [RecordError]) throws(ImportError) {
        count += 1
        guard let path else { return }
        do {
            if file == nil {
                if !FileManager.default.fileExists(atPath: path) {
                    _ = FileManager.default.createFile(atPath: path, contents: nil)
                }
                file = try FileHandle(forWritingTo: URL(filePath: path))
                try file?.seekToEnd()
            }
            let entry: [String: Any] = [
                "line": line,
                "row": row,
                "errors": errors.map {
                    [
                        "statusCode": $0.statusCode.rawValue, "message": $0.message,
                        "fields": $0.fields,
                    ] as [String: Any]
                },
            ]
            var data = try JSONSerialization.data(
                withJSONObject: entry,
                options: [.sortedKeys, .withoutEscapingSlashes]
            )
            data.append(UInt8(ascii: "\n"))
            try file?.write(contentsOf: data)
        } catch {
            throw .source(reason: "the refused rows cannot be written to \(path)")
        }
    }
}
