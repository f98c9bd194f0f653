import Foundation

/// Ends this process, as SIGKILL does, at its next write to LMDB's lock file.
///
/// For a writer that is in the middle of a transaction this is the word to others that there is a new
/// one: its data and its meta page are in the file already.
public func dieAtNextWrite(toLockFileOf folder: String) {
    let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
    guard let line = maps.split(separator: "\n").first(where: { $0.hasSuffix("/lock.mdb") }),
        let range = line.split(separator: " ").first?.split(separator: "-"),
        let start = UInt(range[0], radix: 16), let end = UInt(range[1], radix: 16)
    else { fatalError("\(folder) has no lock file in memory") }
    (regionStart, regionByteCount) = (start, Int(end - start))
    var action = sigaction()
    // The kernel marks the mutexes of the dead in the same memory.
    action.__sigaction_handler.sa_handler = { _ in
        mprotect(
            UnsafeMutableRawPointer(bitPattern: regionStart),
            regionByteCount,
            PROT_READ | PROT_WRITE
        )
        kill(getpid(), SIGKILL)
        while true { pause() }
    }
    sigaction(SIGSEGV, &action, nil)
    mprotect(UnsafeMutableRawPointer(bitPattern: start), regionByteCount, PROT_READ)
}

nonisolated(unsafe) private var regionStart: UInt = 0
nonisolated(unsafe) private var regionByteCount = 0
