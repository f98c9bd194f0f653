internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsSchema

extension ProjectionWriter {
    /// The records that prevent a change of a field, in groups; empty if all satisfy the change's
    /// demand.
    ///
    /// Sixteen bytes per record are kept while checking, whatever the length of the values.
    package mutating func violations(
        of demand: FieldDemand,
        limit: Int = 5
    ) throws(StorageError) -> [[RecordKey]] {
        try flush()
        guard let records = tables.objects[demand.object.code]?.records else { return [] }
        var found: [[RecordKey]] = []
        var hashes: [(hash: Int, serial: UInt64)] = []
        let last = lastSerials[demand.object.code]
        var serial: UInt64 = 0
        while serial < last, found.count < limit {
            serial += 1
            guard let bytes = try transaction.value(for48BitKey: serial, in: records) else {
                continue
            }
            let key = RecordKey(object: demand.object.code, serial: serial)
            do throws(Malformed) {
                let row = try Row(bytes, of: key)
                switch demand.rule {
                case .present:
                    let state = try row.state()
                    guard state == .live || state == .inBin else { continue }
                    if try row.slot(demand.field.id).byteCount == 0 { found.append([key]) }
                case .distinct:
                    guard let value = try Self.comparable(demand.field, of: row) else { continue }
                    hashes.append((value.hashValue, serial))
                }
            } catch {
                throw damage("a row is malformed: not \(error.finding)", key)
            }
        }
        guard demand.rule == .distinct else { return found }
        hashes.sort { ($0.hash, $0.serial) < ($1.hash, $1.serial) }
        var start = 0
        while start < hashes.count, found.count < limit {
            var end = start + 1
            while end < hashes.count, hashes[end].hash == hashes[start].hash { end += 1 }
            if end - start > 1 {
                let serials = hashes[start..<end].map(\.serial)
                found += try groups(of: serials, demand, records)
            }
            start = end
        }
        return found
    }

    /// The records among `serials` that hold the same value as another of them.
    private func groups(
        of serials: [UInt64],
        _ demand: FieldDemand,
        _ records: Table
    ) throws(StorageError) -> [[RecordKey]] {
        var keys: [[UInt8]: [RecordKey]] = [:]
        for serial in serials {
            guard let bytes = try transaction.value(for48BitKey: serial, in: records) else {
                continue
            }
            let key = RecordKey(object: demand.object.code, serial: serial)
            do throws(Malformed) {
                let row = try Row(bytes, of: key)
                guard let value = try Self.comparable(demand.field, of: row) else { continue }
                keys[value, default: []].append(key)
            } catch {
                throw damage("a row is malformed: not \(error.finding)", key)
            }
        }
        return keys.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    /// What distinguishes the value of a live record from others; `nil` for null, which may occur
    /// many times.
    private static func comparable(_ field: Field, of row: Row) throws(Malformed) -> [UInt8]? {
        guard try row.state() == .live else { return nil }
        let value = try row.slot(field.id)
        guard value.byteCount > 0 else { return nil }
        guard field.kind.isText, !field.has(.caseSensitive) else {
            return [UInt8](copying: value)
        }
        return Array(try value.text().inSmallLetters.utf8)
    }
}
