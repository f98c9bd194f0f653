internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// One salvage, into a folder that no one sees yet.
struct Salvage {
    let scan: PageScan
    private let damaged: String
    private let path: String
    private let configuration: RecordStore.Configuration
    var report = SalvageReport()
    private var found: FoundTransactions
    private var leftovers = SalvagedLeftovers()
    var behind = TransactionsBehindGap()
    /// Rows without values, as only erasures leave them.
    private var emptied: [EmptyRow] = []
    /// The last event that removed a record's values: what was before it is gone for good.
    private var erasures: [RecordKey: Position] = [:]
    /// Where the journal can't be read.
    var journalGaps: [JournalSurvey.Gap] = []
    /// What is wrong with the chain where it ends; not an error if it continued.
    private var gapAtEnd: String?
    /// The number of the last transaction of the new store that defined something.
    private var definitions: UInt64?

    init(
        _ scan: PageScan,
        of damaged: String,
        _ path: String,
        _ configuration: RecordStore.Configuration
    ) {
        self.damaged = damaged
        self.scan = scan
        self.path = path
        self.configuration = configuration
        found = FoundTransactions(in: scan)
    }

    mutating func run(
        in folder: String,
        _ progress: (SalvageStage, Double) -> Bool,
        _ tell: (SalvagedItem) -> Bool
    ) throws(StoreError) -> SalvageReport {
        try scanPages { progress(.scanning, $0) }
        var options = configuration.environmentOptions
        options.isReadOnly = false
        options.isUnsynchronized = true
        options.isHeld = true
        var replay = try storing { () throws(StorageError) in
            try Replay(into: Environment(path: folder, options: options), keepsLog: true)
        }
        let last = Double(found.numbers.last ?? 1)
        let known = found.erasures { progress(.replaying, 0.3 * Double($0) / last) }
        guard let known else { throw .interrupted }
        erasures = known
        // The log may have lost the erasure, and an old copy of its pages may have the values.
        for row in emptied {
            for (record, position) in row.erased(ofObjects: codes) {
                erasures[record] = max(erasures[record] ?? position, position)
            }
        }
        try replayLog(with: &replay) { progress(.replaying, $0) }
        try readBehindGap(from: replay.head.number) { progress(.replaying, $0) }
        let rows = try findRows(beyond: replay) { progress(.comparing, $0) }
        let schema = leftovers.schema(replay.schema, behind.definitions)
        nameLost(replay, rows, schema)
        try tellBehindGap(schema, progress, tell)
        try tellRows(rows, schema, progress, tell)
        if replay.head.number > 0 {
            try finish(replay)
        }
        return report
    }

    // MARK: Finding

    private mutating func scanPages(_ progress: (Double) -> Bool) throws(StoreError) {
        guard scan.findTrees(progress: { progress(0.3 * $0) }) else { throw .interrupted }
        report.pages = scan.pageCount
        report.damagedTables = scan.trees.filter { $0.damagedPageCount > 0 }.map {
            SalvageReport.DamagedTable(name: $0.name, pages: $0.damagedPageCount)
        }
        if scan.damagedListPageCount > 0 {
            report.damagedTables.append(
                SalvageReport.DamagedTable(
                    name: "(list of tables)",
                    pages: scan.damagedListPageCount
                )
            )
        }
        var found = found
        var leftovers = leftovers
        var emptied: [EmptyRow] = []
        let isWhole = scan.forEachEntry { place, isCurrent, key, value in
            if let frame = FoundFrame(key: key, value: value) {
                found.add(frame, place, isCurrent: isCurrent)
            } else if let row = EmptyRow(key, value) {
                emptied.append(row)
            } else {
                leftovers.add(key, value, isCurrent: isCurrent)
            }
        } progress: {
            progress(0.3 + 0.7 * $0)
        }
        guard isWhole else { throw .interrupted }
        report.unreadablePages = scan.unreadablePageCount
        let journal = Journal.salvage(in: damaged)
        found.add(journal.transactions)
        journalGaps = journal.gaps
        found.sort()
        self.found = found
        self.leftovers = leftovers
        self.emptied = emptied
    }

    /// Replays the longest chain of transactions from the first one on.
    private mutating func replayLog(
        with replay: inout Replay,
        _ progress: (Double) -> Bool
    ) throws(StoreError) {
        var check = LogCheck()
        let last = Double(found.numbers.last ?? 1)
        var isAtEnd = false
        while !isAtEnd {
            guard progress(0.3 + 0.7 * Double(check.head.number) / last) else { throw .interrupted }
            var batch: [StoredTransaction] = []
            var strayCount: [Int] = [0]
            var byteCount = 0
            while batch.count < 1000, byteCount < 8 << 20 {
                guard let next = found.successor(of: check) else {
                    isAtEnd = true
                    break
                }
                let transaction = withoutErased(next.transaction)
                _ = check.accept(transaction, checkingValues: false)
                batch.append(transaction)
                strayCount.append((strayCount.last ?? 0) + (next.isCurrent ? 0 : 1))
                byteCount += transaction.bytes.count
            }
            let count = try apply(batch, to: &replay)
            report.strayTransactions += UInt64(strayCount[count])
            for transaction in batch.prefix(count)
            where transaction.events.contains(where: { $0.kind == .defined }) {
                definitions = transaction.number
            }
            if count < batch.count { break }
        }
        gapAtEnd = check.findingAtEnd
    }

    /// The transaction without the values that a later one erases.
    private func withoutErased(_ transaction: StoredTransaction) -> StoredTransaction {
        let end = transaction.lastPosition
        func isErased(_ event: EventHeader, _ position: Position) -> Bool {
            end < erasures[event.key] ?? .beforeFirst
        }
        let hasErased = transaction.events.contains { isErased($0, end) }
        guard hasErased else { return transaction }
        return (try? StoredTransaction(decoding: transaction.obeying(isErased))) ?? transaction
    }

    /// Applies as many of the following transactions as possible.
    ///
    /// - Returns: How many that were.
    private mutating func apply(
        _ batch: [StoredTransaction],
        to replay: inout Replay
    ) throws(StoreError) -> Int {
        if batch.isEmpty { return 0 }
        var attempt = replay
        do throws(Replay.Failure) {
            try attempt.apply(batch)
            replay = attempt
            return batch.count
        } catch {
            switch error {
            case .interrupted: throw .interrupted
            case .storage(let error): throw .storage(error)
            case .damaged(let finding, let transaction):
                let sound = batch.prefix { $0.number < transaction }
                // An error that shows only when everything is written names the last one: none of
                // them is applied.
                guard sound.count < batch.count else { return 0 }
                report.gap = "transaction \(transaction): \(finding)"
                return try apply(Array(sound), to: &replay)
            }
        }
    }

    /// What verifies of the log after its first gap.
    private mutating func readBehindGap(
        from last: UInt64,
        _ progress: (Double) -> Bool
    ) throws(StoreError) {
        let numbers = found.numbers.drop { $0 <= last }
        for number in numbers {
            guard progress(1) else { throw .interrupted }
            if let candidate = found.candidates(for: number).first {
                behind.add(candidate.transaction)
            }
        }
        if report.gap == nil, let first = behind.numbers.first {
            report.gap =
                first == last + 1
                ? "transaction \(first) does not follow the one before"
                : "transaction \(last + 1) was not found"
        }
        if report.gap == nil { report.gap = gapAtEnd }
    }

    /// The objects of the tables.
    private var codes: Set<UInt16> {
        var codes = Set(ObjectType.Definition.standard.map(\.code))
        codes.formUnion(leftovers.codes)
        for tree in scan.trees where tree.name.hasPrefix("records.") {
            if let code = UInt16(tree.name.dropFirst(8)) { codes.insert(code) }
        }
        return codes
    }

    private func findRows(
        beyond replay: Replay,
        _ progress: (Double) -> Bool
    ) throws(StoreError) -> FoundRows {
        var codes = codes
        codes.formUnion(replay.schema.objects.map(\.code))
        codes.formUnion(behind.keys.map(\.object))
        var rows = FoundRows(ofObjects: codes)
        let reader = try storing { () throws(StorageError) in
            try ProjectionReader(
                in: replay.target,
                tables: replay.tables,
                schema: replay.schema
            )
        }
        let isWhole = try storing { () throws(StorageError) in
            try scan.forEachEntry { (place, isCurrent, key, value) throws(StorageError) in
                var failure: StorageError?
                rows.add(key, value, place, isCurrent: isCurrent) { record in
                    do throws(StorageError) {
                        guard let row = try reader.row(of: record) else { return nil }
                        return try? row.lastPosition()
                    } catch {
                        failure = error
                        return nil
                    }
                }
                if let failure { throw failure }
            } progress: {
                progress($0)
            }
        }
        guard isWhole else { throw .interrupted }
        for (record, place) in rows.places
        where place.position < erasures[record] ?? .beforeFirst {
            rows.remove(record)
        }
        return rows
    }

    // MARK: Reporting

    private mutating func tellBehindGap(
        _ schema: Schema,
        _ progress: (SalvageStage, Double) -> Bool,
        _ tell: (SalvagedItem) -> Bool
    ) throws(StoreError) {
        for number in behind.numbers {
            guard progress(.telling, 0) else { throw .interrupted }
            guard let stored = found.candidates(for: number).first?.transaction else { continue }
            let transaction = withoutErased(stored)
            let digest = transaction.digest.description
            for index in transaction.events.indices {
                guard let event = try? schema.event(index, of: transaction, digest) else {
                    continue
                }
                guard tell(.event(event)) else { throw .interrupted }
                report.events += 1
            }
        }
    }

    private mutating func tellRows(
        _ rows: FoundRows,
        _ schema: Schema,
        _ progress: (SalvageStage, Double) -> Bool,
        _ tell: (SalvagedItem) -> Bool
    ) throws(StoreError) {
        for (record, place) in rows.places.sorted(by: { $0.key < $1.key }) {
            guard progress(.telling, 1) else { throw .interrupted }
            let bytes = scan.withEntry(at: place.place) { [UInt8](copying: $1) }
            guard let bytes, let item = item(record, bytes, place, schema) else { continue }
            guard tell(item) else { throw .interrupted }
            report.records += 1
        }
    }

    private func item(
        _ key: RecordKey,
        _ bytes: [UInt8],
        _ place: FoundRows.Place,
        _ schema: Schema
    ) -> SalvagedItem? {
        // The file may have changed since: it is checked against its checksum again.
        guard let row = try? Row(bytes.rawSpan, of: key), let state = try? row.state() else {
            return nil
        }
        guard let object = schema.object(code: key.object) else {
            return .row(UnnamedRow(objectCode: key.object, serial: key.serial, row: bytes))
        }
        let record = Record(
            id: object.id(ofSerial: key.serial),
            lastPosition: place.position,
            selection: FieldSelection(object: object, fields: object.fields, schema: schema),
            row: bytes
        )
        return .record(
            SalvagedRecord(record: record, state: "\(state)", isCurrent: place.isCurrent)
        )
    }

    // MARK: Creating

    private mutating func finish(_ replay: Replay) throws(StoreError) {
        let head = replay.head
        let random = configuration.random(16).hexadecimal
        let origin = StoreOrigin(
            storeID: leftovers.storeID ?? random,
            created: leftovers.created ?? found.candidates(for: 1).first?.transaction.time
                ?? head.time,
            covered: leftovers.covered
        )
        let epoch = max(head.epoch, leftovers.epoch) &+ 1
        let views = leftovers.views(upTo: replay)
        try storing { () throws(StorageError) in
            try replay.finish(origin, definitions: definitions, epoch: epoch, views: views)
        }
        report.withheldRecords = try RecordStore.withhold(
            replay.unexplainedRecords,
            in: replay.target,
            configuration,
            by: "annals/salvage"
        )
        report.store = SalvageReport.NewStore(
            path: path,
            storeID: origin.storeID,
            isNewIdentity: leftovers.storeID == nil,
            transactions: head.number,
            lastPosition: head.lastPosition,
            lastTime: head.time,
            digest: head.digest.description,
            epoch: epoch
        )
    }
}
