internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsSchema

extension Row {
    /// Whether this is the old state that an event of `kind` records.
    ///
    /// The fold does not look at it, so no row can reveal an error: only going back through history
    /// would show something that never was.
    ///
    /// - Parameter payload: The event's values; empty if they were erased.
    func isWhatStood(before kind: EventKind, _ payload: RawSpan) throws(Malformed) -> Bool {
        if payload.byteCount == 0 { return true }
        var reader = ByteReader(payload)
        switch kind {
        case .updated:
            let stamps = try stamps()
            guard try reader.int64() == stamps.lastModified.milliseconds,
                try reader.uint64() == stamps.lastModifiedBy.packed,
                try reader.int64() == stamps.systemModstamp.milliseconds
            else { return false }
            var changes = try FieldChanges(of: kind, payload: payload)
            while let change = try changes.next() {
                guard try slot(change.field).isEqual(to: change.before) else { return false }
            }
            return true
        case .deleted:
            return try reader.int64() == systemModstamp().milliseconds
        case .undeleted:
            let stamps = try stamps()
            guard try reader.int64() == stamps.systemModstamp.milliseconds,
                try reader.uint64() == stamps.deletedBy.packed,
                try reader.uint64() == stamps.deletedIn.ordinal
            else { return false }
            return true
        case .purged:
            var expected = ByteWriter()
            try EventPayload.appendPurge(of: self, to: &expected)
            return expected.bytes.rawSpan.isEqual(to: payload)
        case .created, .emptied, .erased, .withheld, .defined:
            return true
        }
    }
}
