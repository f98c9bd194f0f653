internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSchema

/// The identity of a store, and since when its history is known.
struct StoreOrigin {
    let storeID: String
    let created: Timestamp
    /// The time up to which consumers were promised that the log is complete.
    var covered: Timestamp?
}

extension Replay {
    /// Writes what is not in the log, and syncs everything to disk.
    ///
    /// - Parameters:
    ///   - origin: The identity of a new store; `nil` if the replay continued in an existing one.
    ///   - definitions: The number of the last transaction that defined something, if one did.
    ///   - epoch: Of the transactions that will follow.
    func finish(
        _ origin: StoreOrigin?,
        definitions: UInt64?,
        epoch: UInt32,
        views: [[UInt8]: [UInt8]] = [:]
    ) throws(StorageError) {
        var writer = try WriteTransaction(in: target)
        let meta = tables.meta
        func bytes(_ append: (inout ByteWriter) -> Void) -> [UInt8] {
            var writer = ByteWriter()
            append(&writer)
            return writer.bytes
        }
        if let origin {
            try writer.put(Array(RecordStore.format.utf8), forMeta: MetaKey.format, in: meta)
            try writer.put(Array(origin.storeID.utf8), forMeta: MetaKey.storeID, in: meta)
            let created = bytes { $0.append(origin.created.milliseconds) }
            try writer.put(created, forMeta: MetaKey.created, in: meta)
            if let covered = origin.covered {
                let covered = bytes { $0.append(covered.milliseconds) }
                try writer.put(covered, forMeta: MetaKey.covered, in: meta)
            }
        } else {
            try writer.clear(tables.cursors)
        }
        for (key, value) in views {
            try writer.put(value.rawSpan, forKey: key.rawSpan, in: tables.views)
        }
        if let definitions {
            try writer.put(bytes { $0.append(definitions) }, forMeta: MetaKey.definitions, in: meta)
        }
        try writer.put(bytes { $0.append(epoch) }, forMeta: MetaKey.epoch, in: meta)
        try writer.commit()
        try target.synchronize()
    }
}
