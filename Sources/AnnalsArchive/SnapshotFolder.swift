internal import AnnalsBytes
package import AnnalsLMDB
package import AnnalsLog
package import AnnalsSchema

/// A folder of snapshots of one store, locked for writing.
package struct SnapshotFolder: ~Copyable {
    package let path: String
    private let lock: FolderLock

    /// A snapshot under construction is in this folder, which no reader treats as a snapshot.
    private static let unfinished = ".annals-snapshot"
    /// Where a snapshot is moved to be removed.
    private static let unwanted = ".annals-unwanted"

    /// Creates the folder if there is none, and removes what a killed process has left.
    package init(writing path: String) throws(RecoveryError) {
        self.path = path
        lock = try recovering { () throws(StorageError) in
            if !FileSystem.exists(path) {
                try FileSystem.makeFolder(path)
                try FileSystem.synchronizeFolder(FileSystem.parent(of: path))
            }
            return try FolderLock(folder: path)
        }
        FileSystem.removeFolder(path + "/" + Self.unfinished)
        FileSystem.removeFolder(path + "/" + Self.unwanted)
    }

    /// The snapshots in the folder `path`, oldest first, or the one that it is itself; and why
    /// others, which look like snapshots, are not.
    package static func list(
        _ path: String
    ) throws(RecoveryError) -> (snapshots: [StoreSnapshot], damaged: [RecoveryError]) {
        if FileSystem.exists(StoreSnapshot.manifestPath(in: path)) {
            return ([try StoreSnapshot(reading: path)], [])
        }
        guard FileSystem.exists(path) else { throw .nothing(path: path) }
        var found: [StoreSnapshot] = []
        var damaged: [RecoveryError] = []
        for name in try recovering({ () throws(StorageError) in try FileSystem.names(in: path) })
        where SnapshotName(name) != nil {
            do throws(RecoveryError) {
                let snapshot = try StoreSnapshot(reading: path + "/" + name)
                guard SnapshotName(snapshot.manifest).text == name else {
                    throw .damaged(file: path + "/" + name, finding: "it has another's manifest")
                }
                found.append(snapshot)
            } catch {
                damaged.append(error)
            }
        }
        return (found.sorted { $0.manifest.transactions < $1.manifest.transactions }, damaged)
    }

    /// What is known about a copy before its manifest can be written.
    package struct Contents {
        package let storeID: String
        package let storeFormat: String
        package let head: LogHead
        package let nextEpoch: UInt32
        package let root: Digest

        package init(
            storeID: String,
            storeFormat: String,
            head: LogHead,
            nextEpoch: UInt32,
            root: Digest
        ) {
            self.storeID = storeID
            self.storeFormat = storeFormat
            self.head = head
            self.nextEpoch = nextEpoch
            self.root = root
        }
    }

    /// Takes a snapshot of `environment`.
    ///
    /// Whatever happens in the meantime, there is a complete one afterwards or none: it gets its
    /// name last.
    ///
    /// - Parameters:
    ///   - progress: Called with the fraction copied; `false` stops.
    ///   - look: Reads the copy, in the folder that is passed to it.
    package borrowing func add(
        copyOf environment: Environment,
        taken: Timestamp,
        progress: (_ share: Double) -> Bool,
        look: (_ folder: String) throws(RecoveryError) -> Contents
    ) throws(RecoveryError) -> StoreSnapshot {
        let folder = path + "/" + Self.unfinished
        do throws(RecoveryError) {
            return try add(in: folder, environment, taken, progress, look)
        } catch {
            FileSystem.removeFolder(folder)
            throw error
        }
    }

    private borrowing func add(
        in folder: String,
        _ environment: Environment,
        _ taken: Timestamp,
        _ progress: (_ share: Double) -> Bool,
        _ look: (_ folder: String) throws(RecoveryError) -> Contents
    ) throws(RecoveryError) -> StoreSnapshot {
        var digest = RunningDigest()
        let estimate = Double(max(1, environment.map.usedBytes))
        let isWhole = try recovering { () throws(StorageError) in
            try FileSystem.makeFolder(folder)
            return try environment.copyCompacted(toFile: StoreSnapshot.dataPath(in: folder)) {
                part in
                digest.append(part)
                return progress(min(1, Double(digest.byteCount) / estimate))
            }
        }
        guard isWhole else { throw .interrupted }
        let contents = try look(folder)
        let manifest = SnapshotManifest(
            storeID: contents.storeID,
            storeFormat: contents.storeFormat,
            head: contents.head,
            nextEpoch: contents.nextEpoch,
            root: contents.root,
            fileBytes: digest.byteCount,
            fileDigest: digest.value,
            taken: taken
        )
        let name = SnapshotName(manifest).text
        try requireSameStore(manifest)
        return try recovering { () throws(StorageError) in
            let target = path + "/" + name
            if FileSystem.exists(target) {
                // One from before a restore does not record it.
                // One whose file is not as it was is no snapshot any more.
                if let existing = try? StoreSnapshot(reading: target),
                    existing.manifest.nextEpoch >= manifest.nextEpoch,
                    (try? existing.checkFile()) != nil
                {
                    // Nothing has been written since it was taken.
                    FileSystem.removeFolder(folder)
                    return existing
                }
                try discard(target)
            }
            try FileSystem.writeFile(StoreSnapshot.manifestPath(in: folder), [manifest.bytes])
            try FileSystem.synchronizeFolder(folder)
            try FileSystem.move(folder, to: target)
            try FileSystem.synchronizeFolder(path)
            return StoreSnapshot(path: target, manifest: manifest)
        }
    }

    private borrowing func requireSameStore(
        _ manifest: SnapshotManifest
    ) throws(RecoveryError) {
        let others = try Self.list(path).snapshots.map(\.manifest.storeID)
        if let other = others.first(where: { $0 != manifest.storeID }) {
            throw .foreignStore(path: path, expected: manifest.storeID, found: other)
        }
    }

    /// Removes a snapshot: first its name, at once for everyone, then its files.
    package borrowing func remove(_ snapshot: StoreSnapshot) throws(RecoveryError) {
        try recovering { () throws(StorageError) in try discard(snapshot.path) }
    }

    private borrowing func discard(_ folder: String) throws(StorageError) {
        let unwanted = path + "/" + Self.unwanted
        try FileSystem.move(folder, to: unwanted)
        try FileSystem.synchronizeFolder(path)
        FileSystem.removeFolder(unwanted)
    }
}

/// The name of a snapshot's folder: its last transaction, and the beginning of that one's digest,
/// which distinguishes histories that have diverged.
struct SnapshotName {
    private static let prefix = "snapshot-"
    let text: String

    init(_ manifest: SnapshotManifest) {
        text =
            Self.prefix + SegmentName.digits(manifest.transactions) + "-"
            + manifest.digest.prefix(8)
    }

    /// `nil` for a name that this program would not have chosen.
    init?(_ text: String) {
        let parts = text.dropFirst(Self.prefix.count).split(
            separator: "-",
            omittingEmptySubsequences: false
        )
        guard text.hasPrefix(Self.prefix), parts.count == 2,
            SegmentName.number(parts[0]) != nil,
            parts[1].count == 8, [UInt8](hexadecimal: String(parts[1])) != nil
        else { return nil }
        self.text = text
    }
}
