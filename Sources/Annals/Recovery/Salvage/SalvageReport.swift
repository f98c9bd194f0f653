public import AnnalsLog
public import AnnalsSchema

/// What a salvage has recovered, and what it could not find.
public struct SalvageReport: Sendable, Hashable {
    /// The store that was created from the log, up to its first gap; events `withheld` come after
    /// that.
    public struct NewStore: Sendable, Hashable {
        public let path: String
        public let storeID: String
        /// Whether the identity of the store was lost, and this is a new one.
        public let isNewIdentity: Bool
        public let transactions: UInt64
        public let lastPosition: Position
        public let lastTime: Timestamp
        /// The digest of the last transaction: it covers everything before it.
        public let digest: String
        public let epoch: UInt32
    }

    /// Numbers that are missing in a sequence.
    public struct Gap: Sendable, Hashable {
        public let first: UInt64
        public let last: UInt64
        public var count: UInt64 { last - first + 1 }
    }

    /// Records of which no value was found.
    public struct LostRecords: Sendable, Hashable {
        public let object: String
        public let first: RecordID?
        public let last: RecordID?
        public let count: UInt64
    }

    /// A table with invalid pages.
    public struct DamagedTable: Sendable, Hashable {
        public let name: String
        public let pages: Int
    }

    /// `nil` if not even the first transaction was found.
    public internal(set) var store: NewStore?
    /// Pages of the damaged file.
    public internal(set) var pages = 0
    public internal(set) var unreadablePages = 0
    public internal(set) var damagedTables: [DamagedTable] = []
    /// Transactions of the new store that no tree led to any more: the last of them may never have
    /// been acknowledged.
    public internal(set) var strayTransactions: UInt64 = 0
    /// Why the log could not be followed further, though more of it was found.
    public internal(set) var gap: String?
    /// Transactions of which nothing was found that verifies.
    public internal(set) var lostTransactions: [Gap] = []
    /// Places in the journal, in bytes, that may contain a call that had returned and cannot be
    /// read.
    public internal(set) var unreadableJournalPlaces: [Int] = []
    /// Events of which nothing was found that verifies.
    public internal(set) var lostPositions: [Gap] = []
    public internal(set) var lostRecords: [LostRecords] = []
    /// Records that were erased by a transaction that was lost: their values are withheld.
    public internal(set) var withheldRecords: [RecordID] = []
    /// Transactions after the gap, reported as events outside the store.
    public internal(set) var transactionsBehindGap: UInt64 = 0
    /// Events that were reported.
    public internal(set) var events = 0
    /// Records that were reported: the store has older values of them, or does not know them.
    public internal(set) var records = 0

    /// Whether the new store has everything that the damaged one had.
    public var isWhole: Bool {
        store != nil && gap == nil && lostTransactions.isEmpty && lostPositions.isEmpty
            && lostRecords.isEmpty && unreadableJournalPlaces.isEmpty && records == 0
            && transactionsBehindGap == 0
    }
}

/// Something that was found and is not in the log of the new store.
public enum SalvagedItem: Sendable {
    /// An event after the gap: it verifies, but what came before is not known.
    case event(HistoryEvent)
    case record(SalvagedRecord)
    /// A row of an object whose definition was lost.
    case row(UnnamedRow)
}

/// A record as in its row.
public struct SalvagedRecord: Sendable {
    /// With the fields of its object.
    public let record: Record
    /// `live`, `inBin`, `emptied` or `purged`.
    public let state: String
    /// Whether the newest meta page led to the row; otherwise it may be outdated.
    public let isCurrent: Bool
}

/// A row whose object is unknown.
public struct UnnamedRow: Sendable, Hashable {
    public let objectCode: UInt16
    public let serial: UInt64
    /// The bytes, as the format has them.
    public let row: [UInt8]
}

/// The stage of a salvage.
public enum SalvageStage: Sendable, Hashable, CaseIterable {
    case scanning, replaying, comparing, telling
}
