internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// Rows of a damaged file that are newer than a log, each the newest of its record.
struct FoundRows {
    struct Place {
        let position: Position
        let isCurrent: Bool
        let place: EntryPlace
    }

    private(set) var places: [RecordKey: Place] = [:]
    /// The newest position in any row.
    private(set) var lastPosition = Position.beforeFirst
    private var codes: [UInt16]

    /// - Parameter codes: The possible objects: a row has its record's checksum, and does not
    ///   identify its object in any other way.
    init(ofObjects codes: Set<UInt16>) { self.codes = codes.sorted() }

    /// Records an entry that is a row.
    ///
    /// - Parameter known: The position of the record's last event, as far as it is known.
    mutating func add(
        _ key: RawSpan,
        _ value: RawSpan,
        _ place: EntryPlace,
        isCurrent: Bool,
        known: (RecordKey) -> Position?
    ) {
        guard let (record, position) = row(key, value) else { return }
        lastPosition = max(lastPosition, position)
        guard position > known(record) ?? .beforeFirst else { return }
        if let other = places[record],
            (other.position, other.isCurrent ? 1 : 0) >= (position, isCurrent ? 1 : 0)
        {
            return
        }
        places[record] = Place(position: position, isCurrent: isCurrent, place: place)
    }

    mutating func remove(_ record: RecordKey) { places[record] = nil }

    private mutating func row(_ key: RawSpan, _ value: RawSpan) -> (RecordKey, Position)? {
        guard key.byteCount == 6, let serial = try? key.uint48(at: 0), serial > 0 else {
            return nil
        }
        for index in codes.indices {
            let record = RecordKey(object: codes[index], serial: serial)
            do throws(Malformed) {
                let row = try Row(value, of: record)
                let position = try row.lastPosition()
                guard position.ordinal < 1 << 60 else { continue }
                // The rows of a page belong to one object.
                if index > 0 { codes.swapAt(0, index) }
                return (record, position)
            } catch {
                continue
            }
        }
        return nil
    }
}
