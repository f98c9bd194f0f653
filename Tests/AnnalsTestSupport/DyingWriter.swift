import Foundation
import Synchronization

/// Ends this process, like SIGKILL, at its next write to LMDB's lock file.
///
/// That write is how a writer announces a new transaction to other processes: by then its data and
/// its meta page are in the file.
public func dieAtNextWriteToLockFile() {
    guard !isArmed.exchange(true, ordering: .sequentiallyConsistent) else { return }
    guard let (start, count) = lockFileInMemory() else { _exit(99) }
    regionStart.store(start, ordering: .sequentiallyConsistent)
    regionByteCount.store(count, ordering: .sequentiallyConsistent)
    var action = sigaction()
    // The kernel marks the mutexes of dead processes in the same memory.
    action.__sigaction_handler.sa_handler = { _ in
        let start = regionStart.load(ordering: .sequentiallyConsistent)
        let count = regionByteCount.load(ordering: .sequentiallyConsistent)
        mprotect(UnsafeMutableRawPointer(bitPattern: start), count, PROT_READ | PROT_WRITE)
        kill(getpid(), SIGKILL)
        while true { pause() }
    }
    sigaction(SIGSEGV, &action, nil)
    mprotect(UnsafeMutableRawPointer(bitPattern: start), count, PROT_READ)
}

private let isArmed = Atomic(false)
private let regionStart = Atomic<UInt>(0)
private let regionByteCount = Atomic(0)

private func lockFileInMemory() -> (start: UInt, count: Int)? {
    guard let maps = fopen("/proc/self/maps", "r") else { return nil }
    defer { fclose(maps) }
    var line = [CChar](repeating: 0, count: 8192)
    while fgets(&line, Int32(line.count), maps) != nil {
        let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        guard text.contains("/lock.mdb") else { continue }
        let ends = text.prefix { $0 != " " }.split(separator: "-").compactMap {
            UInt($0, radix: 16)
        }
        if ends.count == 2 { return (ends[0], Int(ends[1] - ends[0])) }
    }
    return nil
}
