internal import CContenders
internal import CWorkload
internal import Foundation

/// A storage library used by hand from C, without the engine.
// Safe: the functions are static, and keep nothing that is passed to them.
@safe public struct StorageContender: Contender {
    /// Why a contender could not do its work.
    public struct Failure: Error, CustomStringConvertible {
        public let contender: String
        public let work: Work
        public let reason: String

        public var description: String { "\(contender), \(work.rawValue): \(reason)" }
    }

    public enum Library: String, CaseIterable, Sendable {
        case lmdb, sqlite, postgresql

        /// Its name and version.
        public var version: String {
            switch self {
            case .lmdb: unsafe String(cString: contender_lmdb_version())
            case .sqlite: unsafe "SQLite " + String(cString: contender_sqlite_version())
            case .postgresql: PostgresPrograms.version ?? "no PostgreSQL"
            }
        }
    }

    public let name: String
    private let functions: contender
    /// The folder of the store, or the connection string of the server.
    private let directory: String
    private let scale: Scale
    private let library: Library
    private let server: PostgresServer?
    /// How many records are in the store.
    private var storedCount: UInt64 = 0

    /// Works in the server, which runs as long as the contender is referenced.
    public init(_ server: PostgresServer, scale: Scale) {
        self.init(.postgresql, directory: server.connection, scale: scale, server: server)
    }

    /// Works in the folder `directory`, which it makes and empties as needed.
    public init(_ library: Library, directory: String, scale: Scale) {
        self.init(library, directory: directory, scale: scale, server: nil)
    }

    private init(_ library: Library, directory: String, scale: Scale, server: PostgresServer?) {
        name = library.rawValue
        self.library = library
        self.server = server
        unsafe functions =
            switch library {
            case .lmdb: unsafe contender_lmdb().pointee
            case .sqlite: unsafe contender_sqlite().pointee
            case .postgresql: unsafe contender_postgres().pointee
            }
        self.directory = directory
        self.scale = scale
    }

    public mutating func run(_ work: Work) async throws -> Measurement {
        if work.beginsEmpty {
            try empty()
        } else if storedCount == 0 {
            try empty()
            _ = try create(.createBulk)
        }
        ResidentMemory.forgetPeak()
        let writtenBefore = writtenBytes
        let result = try perform(work)
        return Measurement(
            contender: name,
            work: work,
            count: scale.count(of: work),
            seconds: result.seconds,
            processorSeconds: result.processorSeconds,
            checksum: result.checksum,
            // The server's memory is in another process: that of this one would be meaningless.
            peakResidentBytes: server == nil ? ResidentMemory.peakBytes : 0,
            storedBytes: server == nil
                ? Scratch.byteCount(ofFolder: directory)
                : unsafe contender_postgres_stored_bytes(directory),
            writtenBytes: writtenBytes - writtenBefore
        )
    }

    public func does(_ work: Work) -> Bool {
        if work.isHistory { return false }
        return switch library {
        case .sqlite: true
        case .lmdb, .postgresql: !work.isQuery || work == .queryScan
        }
    }

    private var writtenBytes: UInt64 { server?.writtenBytes ?? WrittenBytes.ofThisProcess }

    private mutating func empty() throws {
        storedCount = 0
        if server != nil {
            var report = contender_report()
            if unsafe !contender_postgres_empty(directory, &report) {
                throw failure(.createBulk, report)
            }
            return
        }
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
    }

    private mutating func perform(_ work: Work) throws(Failure) -> Result {
        switch work {
        case .createDurable, .createSingle, .createBulk: try create(work)
        case .retrieveEach: try retrieve(work, perTransaction: 1)
        case .retrieveMany: try retrieve(work, perTransaction: Int(scale.batch))
        case .getUpdated: try getUpdated(work)
        case .updateBulk: try update(work, first: 0)
        case .updateDurable: try update(work, first: scale.updateCount)
        case .queryLatest, .queryBoth, .queryScan, .queryGroups, .queryWindow:
            try query(work)
        case .replay, .retrieveAsOf:
            throw Failure(contender: name, work: work, reason: "it has no history")
        case .verify:
            try call(work) { unsafe functions.verify(directory, storedCount, &$0) }
        }
    }

    // MARK: - The works

    private mutating func create(_ work: Work) throws(Failure) -> Result {
        let calls = contender_calls(
            first: storedCount,
            count: scale.count(of: work),
            batch: work == .createSingle ? 1 : scale.batch,
            is_durable: work != .createBulk
        )
        let result = try call(work) { unsafe functions.create(directory, calls, &$0) }
        storedCount += calls.count
        return result
    }

    private func update(_ work: Work, first: UInt64) throws(Failure) -> Result {
        let calls = contender_calls(
            first: first,
            count: scale.updateCount,
            batch: scale.batch,
            is_durable: work == .updateDurable
        )
        return try call(work) {
            unsafe functions.update(directory, calls, scale.recordCount, &$0)
        }
    }

    private func retrieve(_ work: Work, perTransaction: Int) throws(Failure) -> Result {
        let serials = (0..<scale.retrieveCount).map {
            workload_random_serial(UInt64($0), scale.recordCount)
        }
        return try call(work) { report in
            unsafe functions.retrieve(directory, serials, serials.count, perTransaction, &report)
        }
    }

    private func getUpdated(_ work: Work) throws(Failure) -> Result {
        let seconds = scale.updatedSeconds
        var serials = [UInt64](repeating: 0, count: scale.updatedCount)
        return try call(work) { report in
            unsafe functions.updated_serials(
                directory,
                seconds.lowerBound,
                seconds.upperBound,
                &serials,
                serials.count,
                scale.getUpdatedPasses,
                &report
            )
        }
    }

    private func query(_ work: Work) throws(Failure) -> Result {
        let sql = scale.sql(of: work) ?? ""
        let passes = scale.queryPasses
        return try call(work) { report in
            switch library {
            case .lmdb:
                unsafe contender_lmdb_scan(directory, Scale.scannedDigits, passes, &report)
            case .sqlite: unsafe contender_sqlite_query(directory, sql, passes, &report)
            case .postgresql: unsafe contender_postgres_query(directory, sql, passes, &report)
            }
        }
    }

    // MARK: - Calling C

    private struct Result {
        let seconds: Double
        let processorSeconds: Double
        let checksum: UInt64
    }

    private func call(
        _ work: Work,
        _ function: (inout contender_report) -> Double
    ) throws(Failure) -> Result {
        var report = contender_report()
        let seconds = function(&report)
        guard seconds >= 0 else { throw failure(work, report) }
        return Result(
            seconds: seconds,
            processorSeconds: report.processor_seconds,
            checksum: report.checksum
        )
    }

    private func failure(_ work: Work, _ report: contender_report) -> Failure {
        let reason = unsafe withUnsafeBytes(of: report.message) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return Failure(contender: name, work: work, reason: reason)
    }
}
