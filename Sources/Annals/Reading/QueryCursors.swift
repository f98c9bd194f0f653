internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsQuery
internal import AnnalsSchema
internal import Synchronization

/// What `queryMore` receives: a cursor, and the row to continue with.
struct QueryLocator {
    /// `0r8`, four characters for the hour of its creation, and eleven random ones.
    let id: String
    let offset: Int

    init(id: String, offset: Int) {
        self.id = id
        self.offset = offset
    }

    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == Self.idByteCount, parts[0].hasPrefix("0r8"),
            let offset = Int(parts[1]), offset > 0
        else { return nil }
        id = String(parts[0])
        self.offset = offset
    }

    static let idByteCount = 18
    static let prefix = "0r8"
    private static let hourWidth = 4
    private static let chanceWidth = 11

    /// The beginning of the ids of cursors that were created in the hour.
    static func start(_ time: Timestamp) -> String {
        prefix + base62(UInt64(max(0, time.seconds) / 3600), width: hourWidth)
    }

    /// A new id.
    static func id(_ created: Timestamp, _ random: (Int) -> [UInt8]) -> String {
        start(created)
            // Two bytes for each, so that no character is much more likely than others.
            + (0..<chanceWidth).map { _ in
                let bytes = random(2)
                return base62((UInt64(bytes[0]) << 8 | UInt64(bytes[1])) % 62, width: 1)
            }.joined()
    }

    private static func base62(_ number: UInt64, width: Int) -> String {
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var text = [UInt8](repeating: digits[0], count: width)
        var rest = number
        for index in (0..<width).reversed() {
            text[index] = digits[Int(rest % 62)]
            rest /= 62
        }
        return String(decoding: text, as: UTF8.self)
    }

    var text: String { "\(id)-\(offset)" }
    func after(_ count: Int) -> String { "\(id)-\(offset + count)" }
}

/// A query that has more rows than one batch, as the store keeps it.
///
/// It holds no page of the store: a batch is read as of the position of the first one.
struct QueryCursor {
    let text: String
    var options: QueryOptions
    let user: RecordID
    let apiVersion: Int
    let position: Position
    let created: Timestamp

    /// Two days (Specification: soql 11.1).
    static let lifeSeconds: Int64 = 2 * 86_400

    /// Keys below this one are of cursors that no one can continue.
    static func expired(at now: Timestamp) -> [UInt8] {
        Array(QueryLocator.start(now.advanced(byMilliseconds: -lifeSeconds * 1000)).utf8)
    }

    func isAlive(at now: Timestamp) -> Bool {
        now.seconds - created.seconds <= Self.lifeSeconds
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        // Those of queries without bound values are what they were before there were any.
        writer.append(UInt8(options.bindings.isEmpty ? 1 : 2))
        writer.append(UInt8(options.includesDeleted ? 1 : 0))
        // All of them were checked before there was a result to continue.
        writer.append(UInt16(options.usedBatchSize))
        writer.append(UInt16(apiVersion))
        writer.append(UInt8(options.firstWeekday))
        writer.append(UInt8(options.fiscalYearStart))
        writer.append(options.now?.milliseconds ?? .min)
        writer.append(position.ordinal)
        writer.append(created.milliseconds)
        for text in [options.timeZone, user.description, text] { writer.append(sized: text) }
        if !options.bindings.isEmpty { writer.append(options.bindings) }
        return writer.bytes
    }

    init(
        text: String,
        options: QueryOptions,
        user: RecordID,
        apiVersion: Int,
        position: Position,
        created: Timestamp
    ) {
        self.text = text
        self.options = options
        self.user = user
        self.apiVersion = apiVersion
        self.position = position
        self.created = created
    }

    init(_ bytes: RawSpan) throws(Malformed) {
        var reader = ByteReader(bytes)
        let version = try reader.uint8()
        guard (1...2).contains(version) else {
            throw Malformed("version 1 or 2 of a cursor", offset: 0)
        }
        var options = QueryOptions()
        options.includesDeleted = try reader.uint8() == 1
        options.batchSize = Int(try reader.uint16())
        apiVersion = Int(try reader.uint16())
        options.firstWeekday = Int(try reader.uint8())
        options.fiscalYearStart = Int(try reader.uint8())
        let now = try reader.int64()
        options.now = now == .min ? nil : Timestamp(milliseconds: now)
        position = Position(try reader.uint64())
        created = Timestamp(milliseconds: try reader.int64())
        options.timeZone = try reader.sizedText()
        guard let user = RecordID(try reader.sizedText()) else {
            throw Malformed("the id of a user", offset: reader.offset)
        }
        self.user = user
        text = try reader.sizedText()
        if version == 2 { options.bindings = try reader.boundValues() }
        self.options = options
    }
}

/// The records of open cursors, so that a batch need not find them again.
///
/// Bounded: those that were used longest ago are found again when they are needed.
final class OpenCursors: Sendable {
    private struct State {
        var serials: [String: [UInt64]] = [:]
        /// Most recently used last.
        var order: [String] = []
        var count = 0
    }

    /// Records of all cursors together: 64 MiB.
    private static let countMax = 8 << 20
    private let state = Mutex(State())

    func serials(of id: String) -> [UInt64]? {
        state.withLock { state in
            guard let found = state.serials[id] else { return nil }
            state.order.removeAll { $0 == id }
            state.order.append(id)
            return found
        }
    }

    func keep(_ serials: [UInt64], of id: String) {
        state.withLock { state in
            guard state.serials[id] == nil, serials.count <= Self.countMax else { return }
            state.serials[id] = serials
            state.order.append(id)
            state.count += serials.count
            while state.count > Self.countMax, let oldest = state.order.first {
                state.order.removeFirst()
                state.count -= state.serials.removeValue(forKey: oldest)?.count ?? 0
            }
        }
    }
}

/// Cursors that are not on disk: those that are being written, and all of a store that no longer
/// writes or was opened for reading.
///
/// One that is being written is never dropped. Of the others, those that were used longest ago are,
/// once all together take more memory than allowed, but not before a client has had time to come
/// back.
final class WaitingCursors: Sendable {
    private struct Kept {
        let cursor: QueryCursor
        var isOnItsWay: Bool
        var used: ContinuousClock.Instant
        let byteCount: Int
    }

    private struct State {
        var kept: [String: Kept] = [:]
        var byteCount = 0

        mutating func remove(_ id: String) {
            byteCount -= kept.removeValue(forKey: id)?.byteCount ?? 0
        }

        /// Drops half of what may be dropped, so that this scan is rare.
        mutating func shrink(to byteCountMax: Int, unusedSince time: ContinuousClock.Instant) {
            let oldest = kept.filter { !$0.value.isOnItsWay && $0.value.used < time }
                .sorted { $0.value.used < $1.value.used }
            for (id, _) in oldest where byteCount > byteCountMax / 2 { remove(id) }
            nextLook = max(byteCountMax, byteCount + byteCountMax / 4)
        }

        /// From how many bytes on there may be something to drop.
        var nextLook = 0
    }

    private let byteCountMax: Int
    private let life: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - byteCountMax: Of all texts together, approximately.
    ///   - life: For how long after its last use none is dropped.
    init(byteCountMax: Int = 64 << 20, life: Duration = .seconds(15 * 60)) {
        self.byteCountMax = byteCountMax
        self.life = life
    }

    func cursor(_ id: String) -> QueryCursor? {
        state.withLock { state in
            state.kept[id]?.used = .now
            return state.kept[id]?.cursor
        }
    }

    /// It is on disk.
    func forget(_ id: String) { state.withLock { $0.remove(id) } }

    /// It will never be on disk.
    func keepHere(_ id: String) { state.withLock { $0.kept[id]?.isOnItsWay = false } }

    func keep(_ cursor: QueryCursor, of id: String, isOnItsWay: Bool) {
        state.withLock { state in
            let kept = Kept(
                cursor: cursor,
                isOnItsWay: isOnItsWay,
                used: .now,
                byteCount: cursor.bytes.count + 300
            )
            state.remove(id)
            state.kept[id] = kept
            state.byteCount += kept.byteCount
            if state.byteCount > max(byteCountMax, state.nextLook) {
                state.shrink(to: byteCountMax, unusedSince: .now - life)
            }
        }
    }
}

/// A cursor as stored in the table `cursors`: someone who has only the file cannot read the query.
///
/// Its key is the locator, which the store returns and does not keep: the text of a query names
/// what someone looked for, and would outlive the erasure of that in every copy of the file.
struct SealedCursor {
    /// Its lookup key: `0r8` and the hour, and eleven digits of the locator's digest.
    let key: [UInt8]
    private let secret: Digest

    init(_ id: String) {
        secret = Self.stretched(id)
        let name = Digest(of: Self.bytes(secret, 0).rawSpan).description
        key = Array((id.prefix(7) + name.prefix(11)).utf8)
    }

    /// The bytes with a stream of digests added: adding it again removes it.
    func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var sealed = bytes
        for start in stride(from: 0, to: bytes.count, by: Digest.byteCount) {
            var stream = ByteWriter(reserving: Digest.byteCount)
            let block = UInt64(1 + start / Digest.byteCount)
            stream.append(Digest(of: Self.bytes(secret, block).rawSpan))
            for (index, byte) in stream.bytes.enumerated() where start + index < sealed.count {
                sealed[start + index] ^= byte
            }
        }
        return sealed
    }

    /// A locator has 65 bits of randomness: this makes each guess cost more.
    private static func stretched(_ id: String) -> Digest {
        var digest = Digest(of: Array("annals cursor \(id)".utf8).rawSpan)
        for _ in 0..<64 { digest = Digest(left: digest, right: digest) }
        return digest
    }

    private static func bytes(_ secret: Digest, _ block: UInt64) -> [UInt8] {
        var writer = ByteWriter(reserving: 40)
        writer.append(secret)
        writer.append(block)
        return writer.bytes
    }
}

extension RecordStore {
    /// Keeps a cursor for later batches.
    ///
    /// A store that was opened for reading keeps it in memory, as long as it is open.
    func keep(
        _ cursor: QueryCursor,
        _ serials: [UInt64]
    ) -> QueryLocator {
        let id = QueryLocator.id(cursor.created, configuration.random)
        openCursors.keep(serials, of: id)
        waitingCursors.keep(cursor, of: id, isOnItsWay: !configuration.isReadOnly)
        if !configuration.isReadOnly {
            let expired = QueryCursor.expired(at: cursor.created)
            let place = SealedCursor(id)
            let sealed = place.sealed(cursor.bytes)
            // No one waits for the disk to continue reading.
            writeLater { (writer) throws(StoreError) in
                try storing { () throws(StorageError) in
                    try writer.put(sealed, place.key, expiredBelow: expired)
                }
            } finish: { [waitingCursors] failure in
                // A store that was closed, or that no longer writes, can still be read.
                if failure == nil { waitingCursors.forget(id) } else { waitingCursors.keepHere(id) }
            }
        }
        return QueryLocator(id: id, offset: 0)
    }

    func cursor(
        _ locator: QueryLocator,
        in reader: borrowing ProjectionReader
    ) throws(StoreError) -> QueryCursor? {
        if let cursor = waitingCursors.cursor(locator.id) { return cursor }
        let place = SealedCursor(locator.id)
        let bytes = try storing { () throws(StorageError) in try reader.cursor(place.key) }
        guard let bytes else { return nil }
        // What does not decode is not a cursor.
        return try? QueryCursor(place.sealed(bytes).rawSpan)
    }
}
