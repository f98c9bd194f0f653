/// A file of rows.
public struct ImportSource: Sendable, Hashable {
    public enum Format: String, Sendable, CaseIterable {
        /// RFC 4180 in UTF-8, with a header; lines end in LF or CRLF.
        ///
        /// A name that comes again in the header has its number behind it: `name`, `name#2`.
        case csv
        /// One JSON object of texts, numbers, booleans and nulls a line.
        case jsonl
    }

    public let path: String
    public let format: Format

    /// - Parameter format: By the end of the file's name, if not given: `csv`, `jsonl` or
    ///   `ndjson`.
    /// - Throws: ``ImportError/source(reason:)`` where the name does not tell the format.
    public init(path: String, format: Format? = nil) throws(ImportError) {
        self.path = path
        let name = path.lowercased()
        if let format {
            self.format = format
        } else if name.hasSuffix(".csv") {
            self.format = .csv
        } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
            self.format = .jsonl
        } else {
            throw .source(reason: "\(path): its name does not tell whether it is csv or jsonl")
        }
    }
}
