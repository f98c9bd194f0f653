internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// A row that has no values, found in a damaged file.
///
/// A record that was removed from the recycle bin keeps its values until it is purged. Without them
/// it was erased, whether or not the log still shows this.
struct EmptyRow {
    private let serial: UInt64
    private let bytes: [UInt8]

    /// `nil` for an entry that is not such a row.
    init?(_ key: RawSpan, _ value: RawSpan) {
        guard key.byteCount == 6, value.byteCount == Row.emptyByteCount,
            let serial = try? key.uint48(at: 0), serial > 0
        else { return nil }
        self.serial = serial
        bytes = [UInt8](copying: value)
    }

    /// The record that was erased, and the event that did it; empty if the row shows no erasure.
    ///
    /// - Parameter codes: The possible objects: a row has its record's checksum, and does not
    ///   identify its object in any other way.
    func erased(ofObjects codes: Set<UInt16>) -> [RecordKey: Position] {
        for code in codes {
            let record = RecordKey(object: code, serial: serial)
            do throws(Malformed) {
                let row = try Row(bytes.rawSpan, of: record)
                guard try row.state() == .emptied else { return [:] }
                return [record: try row.lastPosition()]
            } catch {
                continue
            }
        }
        return [:]
    }
}
