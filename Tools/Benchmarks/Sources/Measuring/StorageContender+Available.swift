extension StorageContender {
    /// The contenders that are available on this machine, each with a store in `folder`.
    ///
    /// - Parameter complain: Called with each contender that is left out, and what to install.
    public static func available(
        _ libraries: [Library],
        in folder: String,
        scale: Scale,
        complain: (String) -> Void
    ) -> [StorageContender] {
        libraries.compactMap { library in
            guard library == .postgresql else {
                return StorageContender(
                    library,
                    directory: "\(folder)/\(library.rawValue)",
                    scale: scale
                )
            }
            do throws(PostgresServer.Absence) {
                return StorageContender(try PostgresServer(in: folder), scale: scale)
            } catch {
                complain(error.description)
                return nil
            }
        }
    }
}
