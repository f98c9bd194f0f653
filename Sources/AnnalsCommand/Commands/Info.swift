import Annals
import AnnalsJSON
import ArgumentParser

struct Info: Subcommand {
    static let configuration = CommandConfiguration(
        abstract: "Show figures of a store.",
        discussion: """
              annals info contacts

            The digest covers the whole log: two stores with the same digest have the same history.
            """
    )

    @OptionGroup var options: StoreOptions

    var writesJSON: Bool { options.output.json }

    func answer(to output: Output) async throws -> ExitStatus {
        let info = try await options.openForReading().info()
        if output.writesJSON {
            try output.line(JSONValue(info))
            return .fine
        }
        let figures: [(String, String)] = [
            ("store", info.path),
            ("id", info.storeID),
            ("format", info.format),
            ("made", info.created.precise),
            (
                "transactions",
                info.archivedTransactions == 0
                    ? String(info.transactions)
                    : "\(info.transactions), of which \(info.archivedTransactions) are archived "
                        + "(events up to \(info.horizon))"
            ),
            ("last event", info.lastPosition.description),
            ("last change", info.lastTime.precise),
            ("digest", info.digest),
            ("recycle bin", String(info.inRecycleBin)),
            ("file", "\(info.fileBytes) bytes, \(info.usedBytes) used"),
            ("LMDB", info.libraryVersion),
        ]
        if let lag = info.clockLagText { try output.line("\(Colour.red("clock")): \(lag)") }
        for (name, value) in figures {
            try output.line("\(Colour.faint(name.padded(to: 12)))  \(value.safeForTerminal)")
        }
        var table = TextTable("object", "live", "deleted", "ever created")
        for object in info.objects where object.created > 0 {
            table.add([
                object.name, String(object.live), String(object.deleted), String(object.created),
            ])
        }
        try output.line()
        try output.table(table)
        return .fine
    }
}

extension StoreInfo {
    /// The effect of a clock that jumped ahead; `nil` if none did, or only by a little.
    var clockLagText: String? {
        guard clockLagMilliseconds > RecordStore.aheadMilliseconds else { return nil }
        let seconds = clockLagMilliseconds / 1000
        let units: [(Int64, String)] = [(86_400, "days"), (3600, "hours"), (60, "minutes")]
        let unit = units.first { seconds >= 2 * $0.0 } ?? (60, "minutes")
        return "the log's time is \(seconds / unit.0) \(unit.1) ahead of the clock; changes are "
            + "stamped with it until the clock has caught up."
    }
}

extension JSONValue {
    init(_ info: StoreInfo) {
        let objects = info.objects.map { object in
            JSONValue.object([
                ("name", .text(object.name)), ("live", .integer(object.live)),
                ("deleted", .integer(object.deleted)),
                ("created", .integer(object.created)),
            ])
        }
        self = .object([
            ("path", .text(info.path)),
            ("storeID", .text(info.storeID)),
            ("format", .text(info.format)),
            ("created", .text(info.created.precise)),
            ("transactions", .integer(info.transactions)),
            ("lastPosition", JSONValue(info.lastPosition)),
            ("clockLagSeconds", .integer(Int(info.clockLagMilliseconds / 1000))),
            ("lastTime", .text(info.lastTime.precise)),
            ("epoch", .integer(Int(info.epoch))),
            ("archivedTransactions", .integer(info.archivedTransactions)),
            ("horizon", JSONValue(info.horizon)),
            ("digest", .text(info.digest)),
            ("objects", .array(objects)),
            ("inRecycleBin", .integer(info.inRecycleBin)),
            ("fileBytes", .integer(info.fileBytes)),
            ("usedBytes", .integer(info.usedBytes)),
            ("lmdb", .text(info.libraryVersion)),
        ])
    }
}
