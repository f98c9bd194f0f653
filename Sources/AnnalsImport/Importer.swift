public import Annals

/// Imports the rows of a file into a store, each as a call of its own, at its own time.
///
/// *Exactly once.* Every call carries the key `import/ID/ORDINAL/GENERATION`, where ID
/// distinguishes this mapping from others, and ORDINAL is the row's place in the order of the
/// import. The key is committed with the row, and with it a digest of the row and of all rows
/// before it, with a salt. An import that was interrupted, for whatever reason, is simply run
/// again: it continues after the last row up to which the file is the same, byte for byte, and the
/// store ends up as it would have without the interruption, event for event. Rows of a file that
/// was changed are imported where they differ from those that were last imported in their places:
/// see `Importing.md`.
///
/// *Order.* Rows are applied in the order of the file, or of their times. A record that a row
/// refers to and that has to be created is created just before the row.
///
/// *Rejected rows* are counted and written to a file; they change nothing, and the import
/// continues.
public struct Importer: Sendable {
    private let session: Session
    private let mapping: ImportMapping
    private let source: ImportSource
    private let options: ImportOptions

    /// - Parameters:
    ///   - store: The store of `session`.
    ///   - session: On whose behalf records are created that rows refer to, and rows are imported
    ///     that do not name a user.
    public init(
        store: RecordStore,
        session: Session,
        mapping: ImportMapping,
        source: ImportSource,
        options: ImportOptions = ImportOptions()
    ) {
        precondition(store === session.store, "a session is of one store")
        self.session = session
        self.mapping = mapping
        self.source = source
        self.options = options
    }

    /// Imports what is not imported yet.
    ///
    /// - Parameter progress: Called regularly with how far the import has progressed.
    /// - Throws: ``ImportError``, ``ImportError/interrupted`` if the task is cancelled; rows that
    ///   were imported before stay.
    public func run(
        progress: (ImportProgress) -> Void = { _ in }
    ) async throws(ImportError) -> ImportSummary {
        try mapping.check(session.store.schema)
        var source = source
        var spool: Spool?
        if source.isReadOnce {
            let copy = try Spool(of: source.path) { bytes in
                progress(
                    ImportProgress(done: 0, total: 0, bytes: bytes, seconds: 0, rowsPerSecond: 0)
                )
                return !Task.isCancelled
            }
            source = source.moved(to: copy.path)
            spool = copy
        }
        defer { withExtendedLifetime(spool) {} }
        var run = try ImportRun(session, mapping, source, options)
        return try await run.run(progress)
    }
}
