package import AnnalsBytes
public import AnnalsLog
public import AnnalsSchema

/// What a snapshot is a snapshot of, and how its file is verified.
public struct SnapshotManifest: Sendable, Hashable {
    /// The identity of the history.
    public let storeID: String
    /// The format of the store's file.
    package let storeFormat: String
    /// The last transaction in the snapshot.
    public let transactions: UInt64
    /// The last event in the snapshot.
    public let lastPosition: Position
    /// The time of the last transaction in it.
    public let lastTime: Timestamp
    /// The epoch of the last transaction in it.
    public let epoch: UInt32
    /// The epoch of the transactions that follow: higher than ``epoch`` if the store was restored
    /// and nothing has been written to it since.
    package let nextEpoch: UInt32
    /// The digest of the last transaction: it covers everything before it.
    public let digest: String
    /// The root of the Merkle tree over all transactions, as a checkpoint of them names it.
    package let root: String
    /// Bytes of the file.
    public let fileBytes: UInt64
    package let fileDigest: String
    /// When it was taken, by the clock of the store.
    public let taken: Timestamp

    static let format = "annals snapshot 1"
    package static let fileName = "manifest.json"

    package init(
        storeID: String,
        storeFormat: String,
        head: LogHead,
        nextEpoch: UInt32,
        root: Digest,
        fileBytes: UInt64,
        fileDigest: Digest,
        taken: Timestamp
    ) {
        self.storeID = storeID
        self.storeFormat = storeFormat
        transactions = head.number
        lastPosition = head.lastPosition
        lastTime = head.time
        epoch = head.epoch
        self.nextEpoch = nextEpoch
        digest = head.digest.description
        self.root = root.description
        self.fileBytes = fileBytes
        self.fileDigest = fileDigest.description
        self.taken = taken
    }

    /// The end of the log in the snapshot.
    package var head: LogHead {
        var head = LogHead()
        head.number = transactions
        head.lastPosition = lastPosition
        head.time = lastTime
        head.epoch = epoch
        head.digest = Digest(hexadecimal: digest) ?? .zero
        return head
    }
}

extension SnapshotManifest {
    /// The bytes of `manifest.json`.
    package var bytes: [UInt8] {
        var text = ManifestText()
        text.append("format", .text(Self.format))
        text.append("storeID", .text(storeID))
        text.append("storeFormat", .text(storeFormat))
        text.append("transactions", .number(transactions))
        text.append("lastPosition", .number(lastPosition.ordinal))
        text.append("lastTime", .text(lastTime.precise))
        text.append("epoch", .number(UInt64(epoch)))
        text.append("nextEpoch", .number(UInt64(nextEpoch)))
        text.append("digest", .text(digest))
        text.append("root", .text(root))
        text.append("fileBytes", .number(fileBytes))
        text.append("fileSHA256", .text(fileDigest))
        text.append("taken", .text(taken.precise))
        return text.bytes
    }

    package init(decoding bytes: [UInt8]) throws(Malformed) {
        let text = try ManifestText(decoding: bytes)
        guard try text.text("format") == Self.format else {
            throw Malformed("a manifest of this version", offset: 0)
        }
        storeID = try text.text("storeID")
        storeFormat = try text.text("storeFormat")
        transactions = try text.number("transactions")
        lastPosition = Position(try text.number("lastPosition"))
        lastTime = try Self.time(text.text("lastTime"))
        guard let epoch = UInt32(exactly: try text.number("epoch")),
            let nextEpoch = UInt32(exactly: try text.number("nextEpoch")), nextEpoch >= epoch
        else { throw Malformed("an epoch", offset: 0) }
        self.epoch = epoch
        self.nextEpoch = nextEpoch
        digest = try Self.digest(text.text("digest"))
        root = try Self.digest(text.text("root"))
        fileBytes = try text.number("fileBytes")
        fileDigest = try Self.digest(text.text("fileSHA256"))
        taken = try Self.time(text.text("taken"))
        // Other keys, or the same in another order.
        guard self.bytes == bytes else { throw Malformed("a manifest's own keys", offset: 0) }
    }

    private static func time(_ text: String) throws(Malformed) -> Timestamp {
        guard let time = Timestamp(text) else { throw Malformed("a time", offset: 0) }
        return time
    }

    private static func digest(_ text: String) throws(Malformed) -> String {
        guard Digest(hexadecimal: text) != nil else { throw Malformed("a digest", offset: 0) }
        return text
    }
}
