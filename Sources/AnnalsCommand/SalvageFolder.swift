import Annals
import AnnalsJSON
import AnnalsLMDB
import Foundation
import Synchronization

/// The folder next to a salvaged store, for what is not part of its log.
///
/// It gets its name when it is complete, and before the store gets its own.
final class SalvageFolder {
    let path: String
    private(set) var failure: Failure?
    private var files: [String: FileHandle] = [:]
    private var unfinished: UnfinishedFolder?

    /// - Throws: ``Failure`` if something exists already.
    init(beside store: String) throws(Failure) {
        var trimmed = Substring(store)
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        path = trimmed + ".salvaged"
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Failure("EXISTS", "There is something at \(path) already.", .storageFailed)
        }
    }

    /// - Returns: `false` if the work should stop, because of ``failure`` or a signal.
    func write(_ item: SalvagedItem) -> Bool {
        switch item {
        case .event(let event): write(JSONValue(event), to: "events.jsonl")
        case .record(let salvaged): write(JSONValue(salvaged), to: "records.jsonl")
        case .row(let row): write(JSONValue(row), to: "records.jsonl")
        }
        return failure == nil && !Interrupt.isRequested
    }

    /// Ends with the report, and syncs everything to disk.
    ///
    /// - Returns: `false` if that failed: see ``failure``.
    func finish(_ report: SalvageReport) -> Bool {
        write(JSONValue(report), to: "report.json")
        guard failure == nil else { return false }
        do {
            for file in files.values {
                try file.synchronize()
                try file.close()
            }
            try unfinished?.finish()
            unfinished = nil
            return true
        } catch {
            failure = refused(error)
            return false
        }
    }

    func discard() { unfinished?.discard() }

    private func write(_ value: JSONValue, to name: String) {
        guard failure == nil else { return }
        do {
            let file = try files[name] ?? open(name)
            files[name] = file
            try file.write(contentsOf: Data((value.line + "\n").utf8))
        } catch {
            failure = refused(error)
        }
    }

    private func open(_ name: String) throws -> FileHandle {
        let folder = try unfinished ?? UnfinishedFolder(for: path)
        unfinished = folder
        let file = URL(filePath: folder.path + "/" + name)
        try Data().write(to: file, options: .withoutOverwriting)
        return try FileHandle(forWritingTo: file)
    }

    private func refused(_ error: any Error) -> Failure {
        Failure(
            "SYSTEM",
            "\(path) cannot be written: \(error.localizedDescription)",
            .storageFailed
        )
    }
}

extension JSONValue {
    fileprivate init(_ salvaged: SalvagedRecord) {
        let found = JSONValue.object([
            ("state", .text(salvaged.state)),
            ("lastPosition", JSONValue(salvaged.record.lastPosition)),
            ("isCurrent", .boolean(salvaged.isCurrent)),
        ])
        guard
            case .members(let members) = JSONValue(
                salvaged.record,
                apiVersion: Session.latestAPIVersion
            )
        else {
            self = found
            return
        }
        self = .members(members + [Member(name: "salvaged", value: found)])
    }

    fileprivate init(_ row: UnnamedRow) {
        let digits = row.row.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        self = .object([
            ("objectCode", .integer(Int(row.objectCode))),
            ("serial", .integer(row.serial)),
            ("row", .text(digits.joined())),
        ])
    }

    init(_ report: SalvageReport) {
        func list(_ gaps: [SalvageReport.Gap]) -> JSONValue {
            .array(
                gaps.map {
                    .object([
                        ("first", .integer($0.first)),
                        ("last", .integer($0.last)),
                    ])
                }
            )
        }
        let store = report.store.map { store in
            JSONValue.object([
                ("path", .text(store.path)),
                ("storeID", .text(store.storeID)),
                ("isNewIdentity", .boolean(store.isNewIdentity)),
                ("transactions", .integer(store.transactions)),
                ("lastPosition", JSONValue(store.lastPosition)),
                ("lastTime", .text(store.lastTime.precise)),
                ("digest", .text(store.digest)),
                ("epoch", .integer(Int(store.epoch))),
            ])
        }
        let tables = report.damagedTables.map { table in
            JSONValue.object([("name", .text(table.name)), ("pages", .integer(table.pages))])
        }
        let lost = report.lostRecords.map { lost in
            JSONValue.object([
                ("object", .text(lost.object)),
                ("first", JSONValue(lost.first)),
                ("last", JSONValue(lost.last)),
                ("count", .integer(lost.count)),
            ])
        }
        self = .object([
            ("whole", .boolean(report.isWhole)),
            ("store", store ?? .null),
            ("pages", .integer(report.pages)),
            ("unreadablePages", .integer(report.unreadablePages)),
            ("damagedTables", .array(tables)),
            ("strayTransactions", .integer(report.strayTransactions)),
            ("gap", report.gap.map(JSONValue.text) ?? .null),
            ("lostTransactions", list(report.lostTransactions)),
            (
                "unreadableJournalPlaces",
                .array(report.unreadableJournalPlaces.map(JSONValue.integer))
            ),
            ("lostPositions", list(report.lostPositions)),
            ("lostRecords", .array(lost)),
            ("withheldRecords", .array(report.withheldRecords.map { JSONValue($0) })),
            (
                "transactionsBehindGap",
                .integer(report.transactionsBehindGap)
            ),
            ("events", .integer(report.events)),
            ("records", .integer(report.records)),
        ])
    }
}
