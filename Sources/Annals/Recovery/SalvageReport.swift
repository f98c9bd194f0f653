public import AnnalsLog
public import AnnalsSchema

/// What a salvage has made, and what it could not find.
public struct SalvageReport: Sendable, Hashable {
    /// The store that was made of the log, up to its first gap; events `withheld` come after that.
    public struct NewStore: Sendable, Hashable {
        public let path: String
        public let storeID: String
        /// Whether the identity of the store was lost, and this is a new one.
        public let isNewIdentity: Bool
        public let transactions: UInt64
        public let lastPosition: Position
        public let lastTime: Timestamp
        /// The digest of the last transaction: it covers all before it.
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

    /// A table with pages that are not what they must be.
    public struct DamagedTable: Sendable, Hashable {
        public let name: String
        public let pages: Int
    }

    /// `nil` where not even the first transaction was found.
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
    /// Places of the journal, in bytes, at which a call that was answered may have stood and can't be
    /// read.
    public internal(set) var unreadableJournalPlaces: [Int] = []
    /// Events of which nothing was found that verifies.
    public internal(set) var lostPositions: [Gap] = []
    public internal(set) var lostRecords: [LostRecords] = []
    /// Records that were erased by a transaction that was lost: their values are withheld.
    public internal(set) var withheldRecords: [RecordID] = []
    /// Transactions behind the gap, told as events beside the store.
    public internal(set) var transactionsBehindGap: UInt64 = 0
    /// Events that were told.
    public internal(set) var events = 0
    /// Records that were told: the store has older values of them, or does not know them.
    public internal(set) var records = 0

    /// Whether the new store has all that the damaged one had.
    public var isWhole: Bool {
        store != nil && gap == nil && lostTransactions.isEmpty && lostPositions.isEmpty
            && lostRecords.isEmpty && unreadableJournalPlaces.isEmpty && records == 0
            && transactionsBehindGap == 0
    }
}

/// Something that was found and that the log of the new store does not tell.
public enum SalvagedItem: Sendable {
    /// An event behind the gap: it verifies, but what came before is not known.
    case event(HistoryEvent)
    case record(SalvagedRecord)
    /// A row of an object whose definition was lost.
    case row(UnnamedRow)
}

/// A record as its row has it.
public struct SalvagedRecord: Sendable {
    /// With the fields of its object.
    public let record: Record
    /// `live`, `inBin`, `emptied` or `purged`.
    public let state: String
    /// Whether the newest meta page led to the row; else it may be an old one.
    public let isCurrent: Bool
}

/// A row that nobody can name.
public struct UnnamedRow: Sendable, Hashable {
    public let objectCode: UInt16
    public let serial: UInt64
    /// The bytes, as the format has them.
    public let row: [UInt8]
}

/// What a salvage is about.
public enum SalvageStage: Sendable, Hashable, CaseIterable {
    case scanning, replaying, comparing, telling
}
