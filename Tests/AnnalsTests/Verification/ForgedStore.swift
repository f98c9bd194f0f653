import Annals
import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsTestSupport
import Testing

/// The log of a store, to be changed in a copy by somebody who knows the format.
struct ForgedLog {
    var transactions: [ForgedTransaction] = []

    init(of path: String) throws {
        var options = Environment.Options()
        options.isReadOnly = true
        let environment = try Environment(path: path, options: options)
        let table = try #require(try environment.existingTables([Log.tableName]).first ?? nil)
        let reader = try ReadTransaction(in: environment)
        var found: [ForgedTransaction] = []
        try Log(table: table).walk(in: reader) { transaction throws(StorageError) in
            found.append(ForgedTransaction(bytes: transaction.bytes))
            return true
        }
        transactions = found
    }

    /// Copies the store at `path`, with this log instead of its own.
    func write(to copy: String, besides path: String, without tables: Set<String> = []) throws {
        try copyStore(at: path, to: copy, without: tables.union([Log.tableName]))
        let environment = try Environment(path: copy)
        var writer = try WriteTransaction(in: environment)
        for table in tables { _ = try writer.openTable(table) }
        let log = Log(table: try writer.openTable(Log.tableName))
        for (index, transaction) in transactions.enumerated() {
            let stored = try transaction.stored()
            try log.append(stored, number: UInt64(index) + 1, to: &writer)
        }
        try writer.commit()
    }

    /// Makes every transaction name the digest of the one before it.
    mutating func chain() throws {
        for index in transactions.indices.dropFirst() {
            transactions[index].previousDigest = try transactions[index - 1].digest()
        }
    }

    /// The first event of this kind for which `isWanted` is true.
    func event(
        _ kind: EventKind,
        where isWanted: (EventHeader) -> Bool = { _ in true }
    ) throws -> (transaction: Int, event: Int, position: Position) {
        for (index, transaction) in transactions.enumerated() {
            let stored = try transaction.stored()
            for (event, header) in stored.events.enumerated()
            where header.kind == kind && isWanted(header) {
                return (index, event, stored.position(ofEvent: event))
            }
        }
        throw NoSuchEvent()
    }

    struct NoSuchEvent: Error {}
}

/// The bytes of a transaction, and the offsets of its parts (Format.md).
struct ForgedTransaction {
    var bytes: [UInt8]

    func stored() throws -> StoredTransaction { try StoredTransaction(decoding: bytes) }

    func digest() throws -> Digest { try stored().digest }

    var previousDigest: Digest {
        get { .zero }
        set {
            var writer = ByteWriter()
            writer.append(newValue)
            put(writer.bytes, at: 48)
        }
    }

    var number: UInt64 {
        get { (try? bytes.rawSpan.uint64(at: 8)) ?? 0 }
        set { put(newValue, at: 8) }
    }

    var firstPosition: UInt64 {
        get { (try? bytes.rawSpan.uint64(at: 16)) ?? 0 }
        set { put(newValue, at: 16) }
    }

    var milliseconds: UInt64 {
        get { (try? bytes.rawSpan.uint64(at: 32)) ?? 0 }
        set { put(newValue, at: 32) }
    }

    /// Replaces an event's values by others of the same length, with or without the right digest.
    mutating func alter(
        event index: Int,
        isDigested: Bool = true,
        _ change: (inout [UInt8]) -> Void
    ) throws {
        let stored = try stored()
        let opening = try #require(stored.opening(ofEvent: index))
        var altered = opening
        change(&altered)
        try #require(altered.count == opening.count && altered != opening)
        let place = try #require(bytes.firstRange(of: opening))
        bytes.replaceSubrange(place, with: altered)
        guard isDigested else { return }
        var old = ByteWriter()
        old.append(stored.events[index].digest)
        var new = ByteWriter()
        new.append(Digest(of: altered.rawSpan))
        let digest = try #require(bytes.firstRange(of: old.bytes))
        bytes.replaceSubrange(digest, with: new.bytes)
    }

    private mutating func put(_ value: UInt64, at offset: Int) {
        var writer = ByteWriter()
        writer.append(value)
        put(writer.bytes, at: offset)
    }

    private mutating func put(_ new: [UInt8], at offset: Int) {
        bytes.replaceSubrange(offset..<(offset + new.count), with: new)
    }
}

extension [UInt8] {
    /// Replaces a text by another one of the same length.
    mutating func replace(_ old: String, with new: String) {
        guard let range = firstRange(of: Array(old.utf8)) else { return }
        replaceSubrange(range, with: Array(new.utf8))
    }
}
