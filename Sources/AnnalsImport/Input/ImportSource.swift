/// A file of rows.
public struct ImportSource: Sendable, Hashable {
    /// How the rows are written.
    public enum Format: String, Sendable, CaseIterable {
        /// RFC 4180 in UTF-8, with a header; lines end in LF, CR LF or CR.
        ///
        /// A name that occurs again in the header gets a number to distinguish it: `name`,
        /// `name#2`. A column without a name is `#` and its place.
        case csv
        /// JSON objects of texts, numbers, booleans and nulls: one per line, or over several lines,
        /// or all of them in one list.
        case jsonl
    }

    /// The file.
    public let path: String
    /// How its rows are written.
    public let format: Format
    /// Where the rows are read, if not at ``path``.
    private(set) var readPath: String?

    /// - Parameters:
    ///   - path: A file; also a pipe or `-`, the standard input, which is copied first.
    ///   - format: By the file name extension, if not given: `csv`, `jsonl`, `ndjson` or `json`.
    /// - Throws: ``ImportError/source(reason:)`` if the name does not determine the format.
    public init(path: String, format: Format? = nil) throws(ImportError) {
        self.path = path == "-" ? "/dev/stdin" : path
        let name = path.lowercased()
        if let format {
            self.format = format
        } else if name.hasSuffix(".csv") {
            self.format = .csv
        } else if [".jsonl", ".ndjson", ".json"].contains(where: name.hasSuffix) {
            self.format = .jsonl
        } else {
            throw .source(reason: "\(path): its name does not say whether it is csv or jsonl")
        }
    }

    /// Whether it is a pipe or the like, which can be read only once.
    package var isReadOnce: Bool { Spool.isNeeded(for: path) }

    /// The same rows in another place.
    func moved(to path: String) -> ImportSource {
        var source = self
        source.readPath = path
        return source
    }
}
