import AnnalsBytes
import AnnalsLMDB
import Glibc

/// Copies a store as no call would leave it: without some tables, or with other values.
///
/// - Parameter altered: Called with table, key and value; what it returns replaces the value, and
///   `nil` removes the entry.
/// - Parameter tables: Tables that the copy does not have.
/// - Parameter added: Entries that the store does not have.
public func copyStore(
    at path: String,
    to copy: String,
    without missing: Set<String> = [],
    tables more: [String] = [],
    added: [(table: String, key: [UInt8], value: [UInt8])] = [],
    altered: (_ table: String, _ key: [UInt8], _ value: [UInt8]) -> [UInt8]? = { $2 }
) throws {
    let names = try PageCheck.walk(file: path + "/data.mdb").tables.keys.sorted()
    var reading = Environment.Options()
    reading.isReadOnly = true
    let source = try closedEnvironment(path, reading)
    try FileSystem.makeFolder(copy)
    let target = try Environment(path: copy)
    let tables = try source.existingTables(names).compactMap { $0 }
    let reader = try ReadTransaction(in: source)
    var writer = try WriteTransaction(in: target)
    for table in tables where !missing.contains(table.name) {
        let twin = try writer.openTable(table.name)
        var cursor = try reader.cursor(in: table)
        while let entry = try cursor.next() {
            let (key, value) = ([UInt8](copying: entry.key), [UInt8](copying: entry.value))
            guard let stored = altered(table.name, key, value) else { continue }
            try writer.put(stored.rawSpan, forKey: key.rawSpan, in: twin)
        }
        for entry in added where entry.table == table.name {
            try writer.put(entry.value.rawSpan, forKey: entry.key.rawSpan, in: twin)
        }
    }
    for name in more {
        let table = try writer.openTable(name)
        for entry in added where entry.table == name {
            try writer.put(entry.value.rawSpan, forKey: entry.key.rawSpan, in: table)
        }
    }
    try writer.commit()
}

/// All entries that LMDB finds in a store, by the name of the table.
public func contents(ofStore path: String) throws -> [String: [[UInt8]: [UInt8]]] {
    let names = try PageCheck.walk(file: path + "/data.mdb").tables.keys.sorted()
    var options = Environment.Options()
    options.isReadOnly = true
    let environment = try closedEnvironment(path, options)
    let tables = try environment.existingTables(names).compactMap { $0 }
    let reader = try ReadTransaction(in: environment)
    var contents: [String: [[UInt8]: [UInt8]]] = [:]
    for table in tables {
        var entries: [[UInt8]: [UInt8]] = [:]
        var cursor = try reader.cursor(in: table)
        while let entry = try cursor.next() {
            entries[[UInt8](copying: entry.key)] = [UInt8](copying: entry.value)
        }
        contents[table.name] = entries
    }
    return contents
}

/// Opens what this process has just closed: the writer's thread may keep it open for a moment.
private func closedEnvironment(
    _ path: String,
    _ options: Environment.Options
) throws -> Environment {
    for _ in 0..<200 {
        do throws(StorageError) {
            return try Environment(path: path, options: options)
        } catch {
            guard case .alreadyOpen = error else { throw error }
            usleep(10_000)
        }
    }
    return try Environment(path: path, options: options)
}

/// Waits until nobody in this process has the store open.
public func waitUntilClosed(_ path: String) throws {
    var options = Environment.Options()
    options.isReadOnly = true
    _ = try closedEnvironment(path, options)
}
