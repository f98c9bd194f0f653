import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsProjections
import AnnalsSchema
import FuzzScratch

/// Whatever bytes a log contains, reading them gives an error or a valid result: first as the bytes
/// of a transaction, of a row and of a journal, then as events with sound digests and a sound
/// chain, which are replayed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEvents(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    decode(bytes)
    readRow(bytes)
    readJournal(bytes)
    replay(bytes)
    return 0
}

private func decode(_ bytes: [UInt8]) {
    guard let transaction = try? StoredTransaction(decoding: bytes) else { return }
    _ = transaction.firstAlteredEvent()
    _ = transaction.results
    var check = LogCheck()
    _ = check.accept(transaction)
    for (index, event) in transaction.events.enumerated() {
        read(event.kind, transaction.payload(ofEvent: index))
    }
    let erased = transaction.erasing { event, _ in event.kind.carriesValues }
    guard let again = try? StoredTransaction(decoding: erased) else {
        preconditionFailure("what is left after an erasure decodes")
    }
    precondition(again.digest == transaction.digest, "an erasure keeps the digest")
}

private func read(_ kind: EventKind, _ payload: RawSpan) {
    do throws(Malformed) {
        if kind == .defined {
            let (before, after) = try EventPayload.definition(in: payload)
            _ = try? ObjectType.Definition(decoding: before)
            _ = try? ObjectType.Definition(decoding: after)
        }
        var changes = try FieldChanges(of: kind, payload: payload)
        var last = 0
        while let change = try changes.next() {
            precondition(Int(change.field.rawValue) > last, "fields ascend")
            last = Int(change.field.rawValue)
        }
    } catch {
        return
    }
}

private func readRow(_ bytes: [UInt8]) {
    do throws(Malformed) {
        let row = try Row(unchecked: bytes.rawSpan)
        _ = try? row.stamps()
        for slot in 0..<(row.count + 2) { _ = try? row.slot(slot).byteCount }
        var record = try UnfoldingRecord(row)
        for kind in EventKind.allCases {
            try? record.undo(kind, bytes.rawSpan, previous: .beforeFirst)
        }
        _ = record.row(of: RecordKey(object: 16, serial: 1))
    } catch {
        return
    }
}

/// The input as a journal, and as the first entry of one whose sectors are right: the number of
/// transactions, and those.
private func readJournal(_ bytes: [UInt8]) {
    var entry = ByteWriter()
    entry.append(UInt64(0x414E_4E41_4C4A_0001))
    // The file, the round, the number of the entry, of the round's first entry, and of the first
    // transaction.
    for word: UInt64 in [1, 1, 1, 1, 1] { entry.append(word) }
    entry.appendZeros(32)
    entry.append(UInt32(max(bytes.count, 1) - 1))
    entry.append(UInt32(bytes.first ?? 0))
    entry.append(UInt64(0))
    entry.append(Array(bytes.dropFirst()))
    entry = sectors(of: entry.bytes)
    let folder = Scratch.folder + "/journaled"
    FileSystem.removeFolder(folder)
    do {
        try FileSystem.makeFolder(folder)
        for content in [bytes, entry.bytes] {
            let file = try RewrittenFile(Journal.name, in: folder, byteCount: 0)
            try file.write(content.rawSpan, at: 0)
            _ = Journal.salvage(in: folder)
            do {
                let found = try Journal.transactions(in: folder, after: LogHead())
                precondition(
                    found.first?.number ?? 1 == 1,
                    "what is found follows the log's end"
                )
            } catch {
                guard case .journal = error else {
                    preconditionFailure(
                        "a journal of another log is reported as such: \(error)"
                    )
                }
            }
            try Journal.remove(in: folder)
        }
    } catch {
        preconditionFailure("a file is written: \(error)")
    }
}

/// The format of an entry (Format.md): 500 bytes, the stamp of the first entry, and a checksum.
private func sectors(of entry: [UInt8]) -> ByteWriter {
    var stamp: UInt64 = 0x9E37_79B9_7F4A_7C15
    stamp = (stamp ^ stamp >> 30) &* 0xBF58_476D_1CE4_E5B9
    stamp = (stamp ^ stamp >> 27) &* 0x94D0_49BB_1331_11EB
    stamp ^= stamp >> 31
    var sectors = ByteWriter()
    for start in stride(from: 0, to: entry.count, by: 500) {
        let part = Array(entry[start..<min(start + 500, entry.count)])
        sectors.append(part)
        sectors.appendZeros(500 - part.count)
        sectors.append(stamp)
        var sum = CRC32C()
        sum.update(sectors.bytes.rawSpan.extracting((sectors.count - 508)..<sectors.count))
        sectors.append(sum.value)
    }
    return sectors
}

// MARK: Replaying

/// The input as events: kind, object, serial, flags, length of the values (2), values.
private func replay(_ bytes: [UInt8]) {
    guard bytes.count >= 6 else { return }
    let folder = Scratch.folder + "/replay"
    FileSystem.removeFolder(folder)
    do {
        try FileSystem.makeFolder(folder)
        var options = Environment.Options()
        options.isUnsynchronized = true
        options.mapSizeBytes = 64 << 20
        var replay = try Replay(into: Environment(path: folder, options: options), keepsLog: true)
        var first = builder(after: replay.head)
        for definition in ObjectType.Definition.standard.prefix(4) {
            let encoded = try definition.encoded()
            add(.defined, RecordKey(object: definition.code, serial: 0), .beforeFirst, &first) {
                EventPayload.appendDefinition(before: [], after: encoded, to: &$0)
            }
        }
        try replay.apply([transaction(first)])
        var known: [RecordKey: Position] = [:]
        var rest = bytes[...]
        while rest.count >= 6 {
            var next = builder(after: replay.head)
            // Several events in a transaction, as in calls.
            var last: [RecordKey: Position] = [:]
            repeat {
                let head = Array(rest.prefix(6))
                rest = rest.dropFirst(6)
                let length = min(Int(head[4]) << 8 | Int(head[5]), rest.count)
                let payload = rest.prefix(length)
                rest = rest.dropFirst(length)
                let codes = ObjectType.Definition.standard.prefix(5).map(\.code)
                let kinds = EventKind.allCases
                let key = RecordKey(
                    object: codes[Int(head[1]) % codes.count],
                    serial: UInt64(head[2] & 7)
                )
                let kind = kinds[Int(head[0]) % kinds.count]
                let previous =
                    head[3] & 2 == 0
                    ? last[key] ?? known[key] ?? .beforeFirst : Position(UInt64(head[2]))
                last[key] = add(kind, key, previous, &next) { $0.append(Array(payload)) }
                if head[3] & 1 == 1 { break }
            } while rest.count >= 6
            // If values are empty that must not be, the transaction is not even decoded.
            guard let stored = try? transaction(next) else { continue }
            do {
                var attempt = replay
                try attempt.apply([stored])
                replay = attempt
                known.merge(last) { $1 }
            } catch {
                guard case .damaged = error else {
                    preconditionFailure(
                        "a replay of hostile events reports what is wrong: \(error)"
                    )
                }
            }
        }
    } catch {
        preconditionFailure("what is sound is replayed: \(error)")
    }
}

private func builder(after head: LogHead) -> TransactionBuilder {
    TransactionBuilder(
        number: head.number + 1,
        firstPosition: head.lastPosition.advanced(by: 1),
        epoch: 1,
        time: Timestamp(milliseconds: 1_772_445_600_000 + Int64(head.number)),
        actor: RecordKey(object: ObjectType.Definition.user.code, serial: 1),
        previousDigest: head.digest,
        origin: "fuzz",
        idempotencyKey: nil,
        eventCountHint: 4
    )
}

@discardableResult
private func add(
    _ kind: EventKind,
    _ key: RecordKey,
    _ previous: Position,
    _ builder: inout TransactionBuilder,
    _ values: (inout ByteWriter) -> Void
) -> Position {
    let salt = [UInt8](repeating: 7, count: TransactionBuilder.saltByteCount)
    builder.beginEvent(salt: salt[...])
    values(&builder.payload)
    return builder.endEvent(kind, of: key, previous: previous)
}

private func transaction(_ builder: TransactionBuilder) throws -> StoredTransaction {
    let finished = builder.finish()
    return try StoredTransaction(decoding: finished.head + finished.tail)
}
