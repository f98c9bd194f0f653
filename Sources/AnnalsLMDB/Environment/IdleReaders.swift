internal import CLMDB
internal import Synchronization

/// Read transactions that have ended and can be reused, which is cheaper than beginning one.
///
/// Some are still open: as long as nothing has been committed since they began, they show what a
/// new one would show, and beginning costs nothing at all. LMDB goes over every open table to begin
/// and to end one, and looks each table up again that is read in it.
@safe final class IdleReaders: Sendable {
    struct Reader {
        // Addresses of transactions, each in here once and only while no one uses it. Numbers,
        // since a pointer cannot cross into a mutex.
        let address: UInt
        /// The generation that it shows; `nil` if it has ended.
        var generation: Int?
    }

    private let readers = Mutex<[Reader]>([])

    func take() -> Reader? { readers.withLock { $0.popLast() } }

    /// - Returns: Whether there was room.
    func put(_ reader: Reader) -> Bool {
        readers.withLock { readers in
            guard readers.count < 64 else { return false }
            readers.append(reader)
            return true
        }
    }

    /// Ends those that are open, whose pages could otherwise not be reused.
    func endOpen() {
        readers.withLock { readers in
            for index in readers.indices where readers[index].generation != nil {
                unsafe mdb_txn_reset(OpaquePointer(bitPattern: readers[index].address))
                readers[index].generation = nil
            }
        }
    }

    func removeAll() {
        readers.withLock { readers in
            for reader in readers {
                unsafe mdb_txn_abort(OpaquePointer(bitPattern: reader.address))
            }
            readers.removeAll()
        }
    }
}

/// Which commit the latest view of an environment shows, as far as this process writes to it.
final class Generation: Sendable {
    // Two, since tables may be opened during a commit: neither may hide the other.
    private let begun = Atomic<Int>(0)
    private let ended = Atomic<Int>(0)

    /// The generation of a view that begins now, or a later one; `nil` while that is unknown, since
    /// a change is in progress.
    var current: Int? {
        let ended = ended.load(ordering: .sequentiallyConsistent)
        let begun = begun.load(ordering: .sequentiallyConsistent)
        return begun == ended ? begun : nil
    }

    /// Makes views show another generation.
    ///
    /// There is none in the meantime: a caller that has seen the new one must not see the old one
    /// after it.
    func change<T>(_ body: () -> T) -> T {
        begun.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { ended.wrappingAdd(1, ordering: .sequentiallyConsistent) }
        return body()
    }
}
