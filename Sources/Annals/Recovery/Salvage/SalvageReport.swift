package import AnnalsLog
package import AnnalsSchema

/// What a salvage has recovered, and what it could not find.
package struct SalvageReport: Sendable, Hashable {
    /// The store that was created from the log, up to its first gap; events `withheld` come after
    /// that.
    package struct NewStore: Sendable, Hashable {
        package let path: String
        package let storeID: String
        /// Whether the identity of the store was lost, and this is a new one.
        package let isNewIdentity: Bool
        package let transactions: UInt64
        package let lastPosition: Position
        package let lastTime: Timestamp
        /// The digest of the last transaction: it covers everything before it.
        package let digest: String
        package let epoch: UInt32
    }

    /// Numbers that are missing in a sequence.
    package struct Gap: Sendable, Hashable {
        package let first: UInt64
        package let last: UInt64
        package var count: UInt64 { last - first + 1 }
    }

    /// Records of which no value was found.
    package struct LostRecords: Sendable, Hashable {
        package let object: String
        package let first: RecordID?
        package let last: RecordID?
        package let count: UInt64
    }

    /// A table with invalid pages.
    package struct DamagedTable: Sendable, Hashable {
        package let name: String
        package let pages: Int
    }

    /// `nil` if not even the first transaction was found.
    package internal(set) var store: NewStore?
    /// Pages of the damaged file.
    package internal(set) var pages = 0
    package internal(set) var unreadablePages = 0
    package internal(set) var damagedTables: [DamagedTable] = []
    /// Transactions of the new store that no tree led to any more: the last of them may never have
    /// been acknowledged.
    package internal(set) var strayTransactions: UInt64 = 0
    /// Why the log could not be followed further, though more of it was found.
    package internal(set) var gap: String?
    /// Transactions of which nothing was found that verifies.
    package internal(set) var lostTransactions: [Gap] = []
    /// Places in the journal, in bytes, that may contain a call that had returned and cannot be
    /// read.
    package internal(set) var unreadableJournalPlaces: [Int] = []
    /// Events of which nothing was found that verifies.
    package internal(set) var lostPositions: [Gap] = []
    package internal(set) var lostRecords: [LostRecords] = []
    /// Records that were erased by a transaction that was lost: their values are withheld.
    package internal(set) var withheldRecords: [RecordID] = []
    /// Transactions after the gap, reported as events outside the store.
    package internal(set) var transactionsBehindGap: UInt64 = 0
    /// Events that were reported.
    package internal(set) var events = 0
    /// Records that were reported: the store has older values of them, or does not know them.
    package internal(set) var records = 0

    /// Whether the new store has everything that the damaged one had.
    package var isWhole: Bool {
        store != nil && gap == nil && lostTransactions.isEmpty && lostPositions.isEmpty
            && lostRecords.isEmpty && unreadableJournalPlaces.isEmpty && records == 0
            && transactionsBehindGap == 0
    }
}

/// Something that was found and is not in the log of the new store.
package enum SalvagedItem: Sendable {
    /// An event after the gap: it verifies, but what came before is not known.
    case event(HistoryEvent)
    case record(SalvagedRecord)
    /// A row of an object whose definition was lost.
    case row(UnnamedRow)
}

/// A record as in its row.
package struct SalvagedRecord: Sendable {
    /// With the fields of its object.
    package let record: Record
    /// `live`, `inBin`, `emptied` or `purged`.
    package let state: String
    /// Whether the newest meta page led to the row; otherwise it may be outdated.
    package let isCurrent: Bool
}

/// A row whose object is unknown.
package struct UnnamedRow: Sendable, Hashable {
    package let objectCode: UInt16
    package let serial: UInt64
    /// The bytes, as the format has them.
    package let row: [UInt8]
}

/// The stage of a salvage.
package enum SalvageStage: Sendable, Hashable, CaseIterable {
    case scanning, replaying, comparing, telling
}
