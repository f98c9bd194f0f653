import AnnalsBytes
import AnnalsTestSupport
import Glibc

@testable import AnnalsLMDB

/// An environment with one table, in a temporary folder.
struct Storage {
    let scratch: Scratch
    let environment: Environment
    let table: Table

    init(mapSizeBytes: Int = 64 << 20) throws {
        scratch = Scratch()
        environment = try Environment(
            path: scratch.path,
            options: .quick(mapSizeBytes: mapSizeBytes)
        )
        table = try environment.makeTable("table")
    }
}

extension Environment.Options {
    /// Without waiting for the disk, because these tests do not simulate power failures.
    static func quick(mapSizeBytes: Int = 64 << 20) -> Self {
        var options = Environment.Options()
        options.isUnsynchronized = true
        options.mapSizeBytes = mapSizeBytes
        return options
    }

    static var readOnly: Self {
        var options = Environment.Options()
        options.isReadOnly = true
        options.mapSizeBytes = 1 << 20
        return options
    }
}

extension Environment {
    func makeTable(_ name: String) throws(StorageError) -> Table {
        var writer = try WriteTransaction(in: self)
        let table = try writer.openTable(name)
        try writer.commit()
        return table
    }

    /// Puts entries in a separate transaction.
    func put(_ entries: [[UInt8]: [UInt8]], in table: Table) throws(StorageError) {
        var writer = try WriteTransaction(in: self)
        for (key, value) in entries {
            try writer.put(value.rawSpan, forKey: key.rawSpan, in: table)
        }
        try writer.commit()
    }

    func value(of key: [UInt8], in table: Table) throws(StorageError) -> [UInt8]? {
        let reader = try ReadTransaction(in: self)
        guard let value = try reader.value(forKey: key.rawSpan, in: table) else { return nil }
        return [UInt8](copying: value)
    }

    /// Everything in the table, in key order.
    func entries(of table: Table) throws(StorageError) -> [Pair] {
        let reader = try ReadTransaction(in: self)
        var cursor = try reader.cursor(in: table)
        var pairs: [Pair] = []
        while let entry = try cursor.next() { pairs.append(Pair(entry)) }
        return pairs
    }
}

/// A key and its value, copied.
struct Pair: Hashable, CustomStringConvertible {
    let key: [UInt8]
    let value: [UInt8]

    init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }

    init(_ entry: borrowing Cursor.Entry) {
        key = [UInt8](copying: entry.key)
        value = [UInt8](copying: entry.value)
    }

    var description: String { "\(key): \(value.count) bytes" }
}

extension [[UInt8]: [UInt8]] {
    /// In the order in which a table stores them.
    var sortedPairs: [Pair] {
        map { Pair(key: $0.key, value: $0.value) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}
