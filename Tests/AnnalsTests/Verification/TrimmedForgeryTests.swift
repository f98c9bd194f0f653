import AnnalsBytes
import AnnalsLog
import AnnalsProjections
import AnnalsTestSupport
import Testing

@testable import Annals

/// What `verify` finds in a store whose earlier transactions it does not have.
struct `A forgery in a trimmed store` {
    private func findings(_ copy: String) async throws -> [VerifyReport.Finding] {
        let report = try await RecordStore.verify(at: copy)
        #expect(report.unreadTransactions == 512 || !report.findings.isEmpty)
        return report.findings
    }

    private func replay(
        _ trimmed: SmallTrimmed,
        to path: String,
        through position: Position
    ) async throws -> UInt16 {
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        configuration.archive = trimmed.archive
        let store = try RecordStore(at: trimmed.path, configuration: configuration)
        _ = try await store.replay(to: path, through: .position(position))
        return try #require(store.schema["ContactRequest"]).code
    }

    /// The newest row of the record that kept changing, and an earlier one.
    private func rows(
        _ trimmed: SmallTrimmed,
        through position: UInt64
    ) async throws -> (table: String, key: [UInt8], newest: [UInt8], older: [UInt8]) {
        let earlier = trimmed.scratch("earlier \(position)")
        let code = try await replay(trimmed, to: earlier, through: Position(position))
        try waitUntilClosed(trimmed.path)
        let id = trimmed.requests[0]
        let table = "records.\(code)"
        var key: [UInt8] = []
        for shift in stride(from: 40, through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: (id.serial ?? 0) >> UInt64(shift)))
        }
        let newest = try #require(try contents(ofStore: trimmed.path)[table]?[key])
        let older = try #require(try contents(ofStore: earlier)[table]?[key])
        return (table, key, newest, older)
    }

    @Test func `of a row that is older than its record's last event is found`() async throws {
        let trimmed = try await SmallTrimmed()
        let last = trimmed.report.horizon.ordinal
        for position in [last - 20, last, last + 20] {
            let rows = try await rows(trimmed, through: position)
            #expect(rows.newest != rows.older)
            let copy = trimmed.scratch("copy \(position)")
            try copyStore(at: trimmed.path, to: copy) {
                $0 == rows.table && $1 == rows.key ? rows.older : $2
            }
            let found = try await findings(copy)
            #expect(found.contains { $0.record == trimmed.requests[0] })
        }
    }

    @Test func `of a row that is gone, or follows none, is found`() async throws {
        let trimmed = try await SmallTrimmed()
        let rows = try await rows(trimmed, through: trimmed.report.horizon.ordinal)
        let copy = trimmed.scratch("gone")
        try copyStore(at: trimmed.path, to: copy) {
            $0 == rows.table && $1 == rows.key ? nil : $2
        }
        await #expect(try findings(copy).contains { $0.record == trimmed.requests[0] })
    }

    @Test func `of any entry of a table is found`() async throws {
        let trimmed = try await SmallTrimmed()
        let all = try contents(ofStore: trimmed.path)
        let tables = [
            "keys", "counters", "schema", "tree", "times.", "index.", "records.", "log",
            "checkpoints",
        ]
        for name in tables {
            let found = all.first { $0.key.hasPrefix(name) && !$0.value.isEmpty }
            guard let table = found?.key, let keys = found?.value.keys else { continue }
            let key = try #require(keys.max { $0.lexicographicallyPrecedes($1) })
            let copy = trimmed.scratch("without an entry of \(table)")
            try copyStore(at: trimmed.path, to: copy) {
                $0 == table && $1 == key ? nil : $2
            }
            if name == "keys" || name == "checkpoints" {
                // Entries from before the horizon can only be compared with the archive.
                continue
            }
            if let found = try? await findings(copy) { #expect(!found.isEmpty, "\(table)") }
        }
    }

    @Test func `of a tile is found, also where it is made to fit`() async throws {
        let trimmed = try await SmallTrimmed()
        let all = try #require(try contents(ofStore: trimmed.path)["tree"])
        let digests = (0..<256).map { Digest(of: [UInt8($0)].rawSpan) }
        for index in [0, 1] as [UInt64] {
            let tile = TreeTile(level: 0, index: index, digests: digests)
            let (key, value) = TreeTable.entry(tile)
            #expect(all[key] != nil)
            let copy = trimmed.scratch("tile \(index)")
            try copyStore(at: trimmed.path, to: copy) {
                $0 == "tree" && $1 == key ? value : $2
            }
            // The first tile is before the rest of the log: a checkpoint gives it away.
            let found = try await findings(copy)
            #expect(!found.isEmpty, "\(index)")
        }
    }

    @Test func `of what stands above a tile's digests is found`() async throws {
        let trimmed = try await SmallTrimmed()
        let copy = trimmed.scratch("above")
        try copyStore(at: trimmed.path, to: copy) {
            guard $0 == "tree" else { return $2 }
            // The digest above the tile's digests, and its checksum.
            var value = $2
            value[9] ^= 1
            var crc = CRC32C()
            crc.update($1.rawSpan)
            crc.update(value.rawSpan.extracting(droppingFirst: 4))
            var sum = ByteWriter()
            sum.append(crc.value)
            value.replaceSubrange(0..<4, with: sum.bytes)
            return value
        }
        await #expect(try findings(copy).filter { $0.table == "tree" }.count == 2)
    }

    @Test func `of where the log begins is found`() async throws {
        let trimmed = try await SmallTrimmed()
        let name = Array(LogBase.metaKey.utf8)
        let sealed = try #require(try contents(ofStore: trimmed.path)["meta"]?[name])
        let base = try LogBase(
            decoding: [UInt8](copying: KeptValue.opened(sealed.rawSpan, key: name.rawSpan))
        )
        var heads: [LogHead] = []
        for change in 0..<5 {
            var head = base.head
            switch change {
            case 0: head.number += 1
            case 1: head.number -= 1
            case 2: head.lastPosition = head.lastPosition.advanced(by: 1)
            case 3: head.digest = Digest(of: name.rawSpan)
            default: head.epoch += 1
            }
            heads.append(head)
        }
        for (index, head) in heads.enumerated() {
            let forged = LogBase(head, archive: base.archive).bytes
            let copy = trimmed.scratch("base \(index)")
            try copyStore(at: trimmed.path, to: copy) {
                $0 == "meta" && $1 == name ? KeptValue.sealed(forged, key: name) : $2
            }
            await #expect(try !findings(copy).isEmpty)
        }
        // Without it the log seems to have lost its beginning.
        let copy = trimmed.scratch("no base")
        try copyStore(at: trimmed.path, to: copy) { $0 == "meta" && $1 == name ? nil : $2 }
        await #expect(try !RecordStore.verify(at: copy).findings.isEmpty)
    }
}
