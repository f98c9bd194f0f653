internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsProjections

/// The digest of a row of an import, or of all rows up to one: it shows whether they are the same,
/// byte for byte, and is stored only with a salt.
package struct RowDigest: Sendable, Hashable {
    private let digest: Digest

    package init(of bytes: [UInt8]) { digest = Digest(of: bytes.rawSpan) }

    /// Of all rows so far, followed by `row`.
    package init(_ before: RowDigest, followedBy row: RowDigest) {
        digest = Digest(left: before.digest, right: row.digest)
    }

    /// 16 hexadecimal digits of it.
    package var shortText: String { String(digest.description.prefix(16)) }

    /// What is recorded of it: 16 bytes.
    ///
    /// - Parameter tag: Distinguishes one use of the digest from another.
    func salted(_ salt: ArraySlice<UInt8>, tag: UInt8) -> [UInt8] {
        var writer = ByteWriter(reserving: 64)
        writer.append(Array(salt))
        writer.append(tag)
        writer.append(digest)
        let salted = Digest(of: writer.bytes.rawSpan)
        writer = ByteWriter(reserving: Digest.byteCount)
        writer.append(salted)
        return Array(writer.bytes.prefix(16))
    }
}

/// A row of an import, for the call that it becomes: the key says where in the import it is, and
/// contains nothing of what the row does.
package struct ImportedRow: Sendable, Hashable {
    /// Identifies an import: 16 hexadecimal digits of its mapping.
    package let importID: String
    /// The row's place in the order of the import, from 1.
    package let ordinal: Int
    /// How many other rows were imported at this place before.
    package var generation: Int
    package let digest: RowDigest
    /// Of all rows up to this one.
    package let through: RowDigest

    package init(
        importID: String,
        ordinal: Int,
        generation: Int = 0,
        digest: RowDigest,
        through: RowDigest
    ) {
        self.importID = importID
        self.ordinal = ordinal
        self.generation = generation
        self.digest = digest
        self.through = through
    }

    /// Keys sort in the order of the rows, and those of a row in the order of import.
    var key: [UInt8] { Array("\(place)\(Self.padded(generation, 6))".utf8) }

    private var place: String { "\(Self.prefix(of: importID))\(Self.padded(ordinal, 12))/" }

    private static func prefix(of importID: String) -> String { "import/\(importID)/" }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// Rows of an import that were processed and changed nothing.
///
/// They leave nothing in the log themselves. The answer of the next row with events records them:
/// an import that continues could otherwise not distinguish them from rejected rows.
struct UnchangedRows: Sendable {
    private var importID = ""
    private var ordinals: [Range<Int>] = []

    mutating func add(_ row: ImportedRow) {
        // Another import, or the same one from an earlier place.
        if importID != row.importID || row.ordinal < ordinals.last?.upperBound ?? 0 {
            importID = row.importID
            ordinals = []
        }
        if let last = ordinals.last, last.upperBound == row.ordinal {
            ordinals[ordinals.count - 1] = last.lowerBound..<(row.ordinal + 1)
        } else {
            ordinals.append(row.ordinal..<(row.ordinal + 1))
        }
    }

    /// Those of the row's import.
    func before(_ row: ImportedRow) -> [Range<Int>] { importID == row.importID ? ordinals : [] }
}

extension ImportedRow {
    /// What the log has of an import's row.
    package enum State: Sendable, Hashable {
        /// Nothing: it is new, was rejected, or changed nothing.
        case absent
        /// The same row, byte for byte.
        case imported(generation: Int)
        /// Another row, which was the last one there.
        case other(generation: Int)
        /// A row about a record that has been erased since: which one can no longer be determined.
        case erased(generation: Int)
    }

    /// What the log has of a row, and whether all rows up to it equal those of the import that
    /// wrote it.
    package struct Found: Sendable, Hashable {
        package let state: State
        package let isSameThrough: Bool
        /// The number of the transaction that has it: the higher, the later it was imported.
        package var transaction: UInt64 = 0
        /// Rows before it that changed nothing when it was imported.
        package var unchanged: [Range<Int>] = []
    }

    fileprivate func found(in reader: borrowing ProjectionReader) throws(StoreError) -> Found {
        let place = Array(self.place.utf8)
        let newest = try storing { () throws(StorageError) in
            try reader.lastIdempotencyKey(withPrefix: place)
        }
        guard let newest else { return Found(state: .absent, isSameThrough: false) }
        let generation = Int(String(decoding: newest.dropFirst(place.count), as: UTF8.self))
        let stored = try storing { () throws(StorageError) in
            try reader.transaction(ofIdempotencyKey: newest).map { (found) throws(StorageError) in
                try reader.obeyed(found)
            }
        }
        guard let stored, let generation, stored.isAnswerErased || stored.hasResults else {
            throw .storage(.corrupted(Corruption("a row's key leads nowhere", table: "keys")))
        }
        if stored.isAnswerErased {
            return Found(state: .erased(generation: generation), isSameThrough: false)
        }
        let recorded = ResultsCoder.call(in: stored.results)?.digest ?? []
        let salt = stored.resultsSalt
        let isSame = Array(recorded.prefix(16)) == digest.salted(salt, tag: 1)
        return Found(
            state: isSame ? .imported(generation: generation) : .other(generation: generation),
            isSameThrough: Array(recorded.dropFirst(16)) == through.salted(salt, tag: 2),
            transaction: stored.number,
            unchanged: ResultsCoder.unchanged(in: stored.results)
        )
    }
}

extension RecordStore {
    /// What the log has of some rows of an import, as of one moment.
    package func found(_ rows: [ImportedRow]) async throws(StoreError) -> [ImportedRow.Found] {
        let reader = try await reader()
        var found: [ImportedRow.Found] = []
        found.reserveCapacity(rows.count)
        for row in rows { found.append(try row.found(in: reader)) }
        return found
    }

    /// The place of the last row that an import has in the log; 0 for none.
    package func lastOrdinal(ofImport importID: String) async throws(StoreError) -> Int {
        let prefix = Array("import/\(importID)/".utf8)
        let reader = try await reader()
        let key = try storing { () throws(StorageError) in
            try reader.lastIdempotencyKey(withPrefix: prefix)
        }
        guard let digits = key?.dropFirst(prefix.count).prefix(12) else { return 0 }
        return Int(String(decoding: digits, as: UTF8.self)) ?? 0
    }
}
