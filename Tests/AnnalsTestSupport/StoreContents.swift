import AnnalsBytes
import AnnalsLMDB

/// Every entry of every table of a closed store, by table and key; tables without entries are left
/// out.
public func storeContents(at path: String) throws -> [String: [[UInt8]: [UInt8]]] {
    let names = try PageCheck.walk(file: path + "/data.mdb").tables.keys.sorted()
    var reading = Environment.Options()
    reading.isReadOnly = true
    let environment = try Environment(path: path, options: reading)
    let tables = try environment.existingTables(names).compactMap { $0 }
    let reader = try ReadTransaction(in: environment)
    var contents: [String: [[UInt8]: [UInt8]]] = [:]
    for table in tables {
        var cursor = try reader.cursor(in: table)
        while let entry = try cursor.next() {
            contents[table.name, default: [:]][[UInt8](copying: entry.key)] =
                [UInt8](copying: entry.value)
        }
    }
    return contents
}
