import AnnalsBytes
import AnnalsLMDB
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsProjections

/// The tree of a log, with and without tiles, compared with the definition of RFC 6962.
struct `The tree of a log` {
    /// Sizes at which tiles begin and end, on two levels.
    private static let sizes = [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 700, 1_000]

    @Test func `has the roots and proofs of its definition, at every size that it had`() throws {
        let grown = try GrownLog(count: 1_000)
        let leaves = grown.leaves[...]
        let view = try ReadTransaction(in: grown.environment)
        var reader = try TreeReader(grown.tables, in: view)
        #expect(reader.size == 1_000)
        for size in Self.sizes {
            let root = try reader.root(ofSize: UInt64(size), in: view)
            #expect(root == GrownLog.naive.root(leaves.prefix(size)), "of \(size)")
            for leaf in Self.sizes where leaf < size {
                let path = try reader.inclusionPath(
                    leaf: UInt64(leaf),
                    size: UInt64(size),
                    in: view
                )
                #expect(
                    path == GrownLog.naive.inclusion(leaf, leaves.prefix(size)),
                    "\(leaf) in \(size)"
                )
            }
            for earlier in Self.sizes where earlier <= size {
                let path = try reader.consistencyPath(
                    from: UInt64(earlier),
                    to: UInt64(size),
                    in: view
                )
                #expect(path == GrownLog.naive.consistency(earlier, leaves.prefix(size)))
            }
        }
        #expect(try reader.root(ofSize: 1_001, in: view) == nil)
        #expect(try reader.inclusionPath(leaf: 1_000, size: 1_000, in: view) == nil)
        #expect(try reader.inclusionPath(leaf: 0, size: 1_001, in: view) == nil)
        #expect(try reader.consistencyPath(from: 1, to: 1_001, in: view) == nil)
    }

    /// From there on, tiles of level 1 can be full.
    @Test func `is the one of its definition beyond 65,536 transactions`() throws {
        let grown = try GrownLog(count: 65_536 + 300)
        let leaves = grown.leaves[...]
        let view = try ReadTransaction(in: grown.environment)
        var reader = try TreeReader(grown.tables, in: view)
        let all = leaves.count
        for size in [65_535, 65_536, 65_537, 65_792, all - 1, all] {
            let root = try reader.root(ofSize: UInt64(size), in: view)
            #expect(root == GrownLog.naive.root(leaves.prefix(size)), "of \(size)")
        }
        for leaf in [0, 255, 40_000, 65_535, 65_536, all - 1] {
            let path = try reader.inclusionPath(leaf: UInt64(leaf), size: UInt64(all), in: view)
            #expect(path == GrownLog.naive.inclusion(leaf, leaves))
        }
        for earlier in [1, 256, 40_000, 65_535, 65_536, 65_537] {
            let path = try reader.consistencyPath(
                from: UInt64(earlier),
                to: UInt64(all),
                in: view
            )
            #expect(path == GrownLog.naive.consistency(earlier, leaves))
        }
        #expect(try view.count(of: grown.tables.tree.table) == 257 + 1)
    }

    @Test func `is found again by its tiles and the end of the log`() throws {
        var grown = try GrownLog(count: 0)
        for count in [0, 1, 254, 1, 1, 254, 2, 300] {
            try grown.add(count)
            let view = try ReadTransaction(in: grown.environment)
            let found = try grown.tables.tree.edge(at: grown.head, grown.tables.log, in: view)
            #expect(found == grown.edge, "after \(grown.head.number)")
        }
    }

    @Test func `is taken back to what it was`() throws {
        var grown = try GrownLog(count: 66_000)
        for size in [66_000, 65_700, 65_536, 65_535, 700, 512, 511, 256, 1, 0] {
            var before = TreeEdge()
            var tileCount = 0
            for leaf in grown.leaves.prefix(size) { tileCount += before.append(leaf).count }

            try grown.rewindTree(to: size)

            #expect(grown.edge == before, "to \(size)")
            let view = try ReadTransaction(in: grown.environment)
            #expect(try view.count(of: grown.tables.tree.table) == tileCount)
        }
    }

    /// As after a compaction: full tiles replace the transactions that are gone.
    @Test func `needs no transaction of a full tile`() throws {
        let grown = try GrownLog(count: 600)
        let table = grown.tables.log.table
        var writer = try WriteTransaction(in: grown.environment)
        for number in UInt64(1)...512 {
            var key = ByteWriter()
            key.append(number)
            key.append(UInt16(0))
            try writer.delete(key.bytes.rawSpan, in: table)
        }
        try writer.commit()
        let view = try ReadTransaction(in: grown.environment)
        #expect(
            try grown.tables.tree.edge(at: grown.head, grown.tables.log, in: view) == grown.edge
        )
        var reader = try TreeReader(grown.tables, in: view)
        for size in [1, 256, 500, 600] {
            let path = try reader.inclusionPath(leaf: 0, size: UInt64(size), in: view)
            #expect(path == GrownLog.naive.inclusion(0, grown.leaves.prefix(size)))
        }
    }

    @Test func `tells a tile that is damaged, missing or too many`() throws {
        let grown = try GrownLog(count: 600)
        let table = grown.tables.tree.table
        let key: [UInt8] = [0] + [0, 0, 0, 0, 0, 0, 0, 1]
        var value: [UInt8] = []
        do {
            let view = try ReadTransaction(in: grown.environment)
            guard let found = try view.value(forKey: key.rawSpan, in: table) else { return }
            value = [UInt8](copying: found)
        }
        var random = SeededRandom(seed: testSeed(77))
        for _ in 0..<20 {
            var altered = value
            altered[random.below(altered.count)] ^= UInt8(1 << random.below(8))
            try expectDamage(of: grown, key) { (writer) throws(StorageError) in
                try writer.put(altered.rawSpan, forKey: key.rawSpan, in: table)
            }
        }
        try expectDamage(of: grown, key) { (writer) throws(StorageError) in
            try writer.delete(key.rawSpan, in: table)
        }
        try expectDamage(of: grown, nil) { (writer) throws(StorageError) in
            try writer.put(value.rawSpan, forKey: key.rawSpan, in: table)
            try writer.put(value.rawSpan, forKey: (key + [1]).rawSpan, in: table)
        }
    }

    /// Each with a correct checksum, and a digest above it that fits.
    @Test func `is verified tile by tile against the log`() throws {
        let grown = try GrownLog(count: 600)
        func findings() throws -> [VerificationFinding] {
            let verification = Verification(
                of: grown.environment,
                grown.tables,
                Schema([]),
                random: [UInt8](repeating: 1, count: 32),
                memoryByteCount: 1 << 20
            )
            let outcome = try verification.run { _ in true }
            #expect(outcome.tree.root == GrownLog.naive.root(grown.leaves[...]))
            return outcome.findings
        }
        #expect(try findings() == [])
        var digests = Array(grown.leaves[256..<512])
        let entry = TreeTable.entry(TreeTile(level: 0, index: 1, digests: digests))
        digests[7] = .zero
        let forged = TreeTable.entry(TreeTile(level: 0, index: 1, digests: digests))
        let more = TreeTable.entry(TreeTile(level: 0, index: 2, digests: digests))
        for (key, value, findingKey) in [
            (forged.key, forged.value, forged.key), (entry.key, nil, entry.key),
            (more.key, more.value, []),
        ] {
            var writer = try WriteTransaction(in: grown.environment)
            try writer.put(
                entry.value.rawSpan,
                forKey: entry.key.rawSpan,
                in: grown.tables.tree.table
            )
            if let value {
                try writer.put(value.rawSpan, forKey: key.rawSpan, in: grown.tables.tree.table)
            } else {
                try writer.delete(key.rawSpan, in: grown.tables.tree.table)
            }
            try writer.commit()
            let found = try findings()
            #expect(found.map(\.table) == ["tree"])
            #expect(found.map(\.key) == [findingKey])
        }
    }

    private func expectDamage(
        of grown: GrownLog,
        _ key: [UInt8]?,
        _ change: (inout WriteTransaction) throws(StorageError) -> Void
    ) throws {
        var writer = try WriteTransaction(in: grown.environment)
        try change(&writer)
        try writer.commit()
        let view = try ReadTransaction(in: grown.environment)
        let error = #expect(throws: StorageError.self) {
            try grown.tables.tree.edge(at: grown.head, grown.tables.log, in: view)
        }
        guard case .corrupted(let corruption)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(corruption.table == "tree")
        #expect(corruption.key == key ?? [])
    }
}
