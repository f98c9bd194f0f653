internal import Annals
internal import AnnalsSchema

/// The rows of a file in the order of the import, a batch at a time.
///
/// An actor, so that the next rows are read and mapped while the store writes the previous ones.
///
/// Rows that are sorted are read twice: once for their times, of which 24 bytes per row are kept,
/// and once in the order of these.
actor RowFeed {
    /// What is kept of a row for sorting.
    private struct Entry {
        let milliseconds: Int64
        let offset: Int64
        let line: UInt32
        let byteCount: UInt32
    }

    /// Rows of a batch have no more bytes than this, unless it is one row.
    private static let batchByteCountMax = 1 << 20

    private let mapping: ImportMapping
    private let source: ImportSource
    private let file: InputFile
    private var scanner: RowScanner
    private var reader: RowReader
    private var order: [Entry] = []
    private var pace = Pace()
    /// The digest of the names of the columns, which define the meaning of a row's cells.
    private let header: RowDigest
    /// Of all rows that were returned, and of the header.
    private var through: RowDigest
    /// Columns of the mapping that no row has, once all rows are counted.
    private(set) var missingColumns: [String] = []

    /// How far the reading has progressed.
    struct Pace: Sendable {
        /// Rows that were returned, or are before the place where the import continues.
        var rows = 0
        /// Rows of the file, as far as they have been counted.
        var rowsTotal = 0
        /// Bytes of the rows that were returned in this run.
        var bytes = 0
    }

    init(_ mapping: ImportMapping, _ source: ImportSource) throws(ImportError) {
        self.mapping = mapping
        self.source = source
        file = try InputFile(source.path, at: source.readPath)
        scanner = try RowScanner(file, format: source.format)
        reader = try RowReader(mapping, source, &scanner)
        header = RowDigest(of: reader.headerBytes)
        through = header
    }

    /// Reads the file once, a part of it per call: counts its rows, and collects their times if
    /// they are sorted by them.
    ///
    /// - Returns: What was found so far, and whether that is all.
    func count(atMost limit: Int = 50_000) -> Result<(total: Int, isAll: Bool), ImportError> {
        Result { () throws(ImportError) in
            let wanted = mapping.timeColumns
            for _ in 0..<limit {
                guard let location = try scanner.nextRow() else {
                    missingColumns = pace.rowsTotal > 0 ? try reader.missingColumns() : []
                    // Rows with equal times keep the order of the file.
                    order.sort { ($0.milliseconds, $0.offset) < ($1.milliseconds, $1.offset) }
                    return (pace.rowsTotal, true)
                }
                pace.rowsTotal += 1
                reader.lookForColumns(in: scanner.row)
                if mapping.isSorted { order.append(entry(location, wanted)) }
            }
            return (pace.rowsTotal, false)
        }
    }

    private func entry(_ location: RowLocation, _ wanted: Set<Int>) -> Entry {
        // A row without a time is rejected when its turn comes, which is before all others.
        var time = Int64.min
        if let cells = try? reader.cells(
            of: scanner.row,
            byteCount: location.byteCount,
            wanted: wanted
        ), let found = try? mapping.time(cells) {
            time = found.milliseconds
        }
        return Entry(
            milliseconds: time,
            offset: Int64(location.offset),
            line: UInt32(clamping: location.line),
            byteCount: UInt32(clamping: location.byteCount)
        )
    }

    /// Moves past the row with this ordinal, once all are counted.
    ///
    /// - Returns: How many rows the file has.
    func begin(after ordinal: Int) -> Result<Int, ImportError> {
        Result { () throws(ImportError) in
            (pace.rows, pace.bytes) = (0, 0)
            through = header
            if !mapping.isSorted {
                scanner = try RowScanner(file, format: source.format)
                reader = try RowReader(mapping, source, &scanner)
            }
            while pace.rows < ordinal, try nextDigest() != nil {}
            return pace.rowsTotal
        }
    }

    /// The digests of the next rows, none of which is mapped, up to the one with the ordinal `last`.
    func digests(atMost count: Int, through last: Int) -> Result<[RowDigests], ImportError> {
        Result { () throws(ImportError) in
            var found: [RowDigests] = []
            while found.count < count, pace.rows < last, let digests = try nextDigest() {
                found.append(digests)
            }
            return found
        }
    }

    /// What identifies a row.
    struct RowDigests: Sendable {
        let ordinal: Int
        let row: RowDigest
        /// Of all rows up to this one.
        let through: RowDigest
    }

    private func nextDigest() throws(ImportError) -> RowDigests? {
        guard let (_, bytes) = try nextBytes() else { return nil }
        pace.rows += 1
        return digests(of: bytes)
    }

    /// The digests of the current row.
    private func digests(of bytes: [UInt8]) -> RowDigests {
        let row = RowDigest(header, followedBy: RowDigest(of: bytes))
        through = RowDigest(through, followedBy: row)
        return RowDigests(ordinal: pace.rows, row: row, through: through)
    }

    /// The next rows, mapped, and how far the reading is before them; empty at the end.
    func next(atMost count: Int) -> Result<(rows: [FedRow], before: Pace), ImportError> {
        Result { () throws(ImportError) in
            let before = pace
            var rows: [FedRow] = []
            rows.reserveCapacity(count)
            var byteCount = 0
            while rows.count < count, byteCount < Self.batchByteCountMax {
                guard let (location, bytes) = try nextBytes() else { break }
                pace.rows += 1
                byteCount += bytes.count
                let content = Result { () throws(RecordError) in
                    try mapping.row(try reader.cells(of: bytes, byteCount: location.byteCount))
                }
                let digests = digests(of: bytes)
                rows.append(
                    FedRow(
                        ordinal: digests.ordinal,
                        location: location,
                        content: content,
                        digest: digests.row,
                        through: digests.through
                    )
                )
            }
            pace.bytes += byteCount
            return (rows, before)
        }
    }

    private func nextBytes() throws(ImportError) -> (RowLocation, [UInt8])? {
        guard mapping.isSorted else {
            guard let location = try scanner.nextRow() else { return nil }
            return (location, scanner.row)
        }
        guard pace.rows < order.count else { return nil }
        let entry = order[pace.rows]
        let location = RowLocation(
            offset: Int(entry.offset),
            byteCount: Int(entry.byteCount),
            line: Int(entry.line)
        )
        return (location, try bytes(at: location))
    }

    private func bytes(at location: RowLocation) throws(ImportError) -> [UInt8] {
        let count = min(location.byteCount, RowScanner.rowByteCountMax)
        return try file.bytes(at: location.offset, count: count)
    }

    /// The row as JSON, for the file of rejected rows.
    func json(at location: RowLocation) -> Result<String, ImportError> {
        Result { () throws(ImportError) in reader.json(of: try bytes(at: location)) }
    }
}
