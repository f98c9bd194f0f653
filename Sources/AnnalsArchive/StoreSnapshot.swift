internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsLog

/// A copy of a store as it was at one moment: a folder with its file and a manifest.
///
/// It is a store that can be opened for reading, and not for writing: ``StorageError/snapshot(path:)``.
public struct StoreSnapshot: Sendable, Hashable {
    /// The folder of the snapshot.
    public let path: String
    /// What it is a snapshot of.
    public let manifest: SnapshotManifest

    package init(path: String, manifest: SnapshotManifest) {
        self.path = path
        self.manifest = manifest
    }

    package var dataPath: String { Self.dataPath(in: path) }

    static func dataPath(in folder: String) -> String { folder + "/data.mdb" }

    static func manifestPath(in folder: String) -> String {
        folder + "/" + SnapshotManifest.fileName
    }

    /// The snapshot in the folder `path`, with its manifest verified; the file is not read.
    package init(reading path: String) throws(RecoveryError) {
        let file = Self.manifestPath(in: path)
        guard FileSystem.exists(file) else { throw .nothing(path: path) }
        let limit = ManifestText.byteCountMax + 1
        let (bytes, _) = try recovering { () throws(StorageError) in
            try FileSystem.readFile(file, first: limit)
        }
        do throws(Malformed) {
            self.init(path: path, manifest: try SnapshotManifest(decoding: bytes))
        } catch {
            throw .damaged(file: file, finding: "not \(error.finding)")
        }
    }

    /// Checks the file against its manifest.
    ///
    /// - Parameter watch: Called with the file's bytes in order; `false` stops.
    package func checkFile(
        watch: (_ part: RawSpan) -> Bool = { _ in true }
    ) throws(RecoveryError) {
        var digest = RunningDigest()
        var byteCount: UInt64 = 0
        let isRead = try recovering { () throws(StorageError) in
            guard FileSystem.exists(dataPath) else { return true }
            return try FileSystem.scanFile(dataPath) { part, length in
                byteCount = UInt64(length)
                // A file of another length need not be read.
                guard byteCount == manifest.fileBytes else { return false }
                digest.append(part)
                return watch(part)
            }
        }
        guard byteCount == manifest.fileBytes else {
            throw .damaged(
                file: dataPath,
                finding: "it has \(byteCount) bytes, its manifest says \(manifest.fileBytes)"
            )
        }
        guard isRead else { throw .interrupted }
        guard digest.value.description == manifest.fileDigest else {
            throw .damaged(file: dataPath, finding: "it does not have the digest of its manifest")
        }
    }

    /// Copies the file into a folder, checking it against its manifest while copying.
    package func copyFile(into folder: String) throws(RecoveryError) {
        let file = try recovering { () throws(StorageError) in
            try NewFile(at: Self.dataPath(in: folder))
        }
        var failure: StorageError?
        do throws(RecoveryError) {
            try checkFile { part in
                do throws(StorageError) {
                    try file.append(part)
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            if let failure { throw .storage(failure) }
            throw error
        }
    }
}
