internal import CLMDB
internal import Glibc
internal import Synchronization

extension Environment {
    /// Writes one moment of the environment, without its free pages, to a file that must not exist;
    /// writers continue in the meantime.
    ///
    /// The map cannot grow until the copy is finished: a writer that needs more room waits that
    /// long.
    ///
    /// - Parameter watch: Called with the bytes of the copy in order; `false` stops.
    /// - Returns: Whether the copy is complete. If so, it is on disk.
    package func copyCompacted(
        toFile path: String,
        watch: (_ part: RawSpan) -> Bool
    ) throws(StorageError) -> Bool {
        try requireSameProcess()
        let file = try NewFile(at: path)
        let reading = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard reading >= 0 else { throw .system(errno: errno, doing: "to open \(path)") }
        defer { close(reading) }
        let copy = CompactCopy(of: self, to: file)
        let thread = try copy.start()
        let follower = CopyFollower(reading, copy)
        let isWhole = follower.run(watch)
        // LMDB cannot be asked to stop. The file that it writes to is made unwritable instead.
        if !isWhole { dup2(reading, file.descriptor) }
        pthread_join(thread, nil)
        if !isWhole { return false }
        do throws(StorageError) {
            try check(copy.outcome ?? EIO, doing: "to copy \(self.path)")
        } catch {
            throw classified(error)
        }
        try file.synchronize()
        return true
    }
}

/// LMDB's own compacting copy, on a separate thread.
private final class CompactCopy: Sendable {
    private static let running: Int32 = .max

    private let environment: Environment
    private let file: NewFile
    private let code = Atomic<Int32>(running)

    init(of environment: Environment, to file: NewFile) {
        self.environment = environment
        self.file = file
    }

    /// What LMDB returned, or `nil` while it is copying.
    var outcome: Int32? {
        let code = code.load(ordering: .acquiring)
        return code == Self.running ? nil : code
    }

    func start() throws(StorageError) -> pthread_t {
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread,
            nil,
            { copy in
                if let copy = unsafe copy {
                    unsafe Unmanaged<CompactCopy>.fromOpaque(copy).takeRetainedValue().run()
                }
                return nil
            },
            Unmanaged.passRetained(self).toOpaque()
        )
        guard code == 0 else {
            unsafe Unmanaged.passUnretained(self).release()
            throw .system(errno: code, doing: "a thread to copy \(environment.path)")
        }
        return thread
    }

    private func run() {
        var outcome = copy()
        if outcome == MDB_MAP_RESIZED, (try? environment.resizeMap(to: 0)) != nil {
            outcome = copy()
        }
        code.store(outcome, ordering: .releasing)
    }

    private func copy() -> Int32 {
        environment.gate.enter()
        defer { environment.gate.leave() }
        return unsafe mdb_env_copyfd2(environment.raw, file.descriptor, UInt32(MDB_CP_COMPACT))
    }
}

/// Reads a file while it is written, so that it need not be read again to be hashed.
private struct CopyFollower {
    private let descriptor: Int32
    private let copy: CompactCopy
    private var buffer = [UInt8](repeating: 0, count: 1 << 20)
    private var offset = 0

    init(_ descriptor: Int32, _ copy: CompactCopy) {
        self.descriptor = descriptor
        self.copy = copy
    }

    /// - Returns: Whether everything that the copy has written was read.
    consuming func run(_ watch: (_ part: RawSpan) -> Bool) -> Bool {
        while true {
            // Asked before the read: nothing is written after it is done.
            let isDone = copy.outcome != nil
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe pread(descriptor, $0.baseAddress, $0.count, offset)
            }
            if count > 0 {
                offset += count
                let part = unsafe buffer.span.bytes.extracting(0..<count)
                guard watch(part) else { return false }
            } else if isDone {
                return true
            } else {
                usleep(300)
            }
        }
    }
}
