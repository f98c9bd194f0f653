internal import Foundation
internal import Synchronization

/// Which thread a read that may take long runs on.
///
/// Swift's pool has one thread a processor, and a read never suspends while it looks at the store: two
/// tasks that query in a loop would hold both threads of a small machine, and no other task of the
/// process would run. So all threads of the pool but one are lanes: a read that finds a lane free takes
/// it and stays where it is, which costs two atomic operations; any other runs on a thread of our own,
/// while its task is suspended. There is one pool in a process, and so there is one set of lanes.
final class ReadLanes: Sendable {
    static let shared = ReadLanes(count: ProcessInfo.processInfo.activeProcessorCount - 1)

    /// How many reads may still stay on the pool.
    private let free: Atomic<Int>
    private let turns = Turns(of: 64)
    private let threads = ReadThreads(
        countMax: max(2, ProcessInfo.processInfo.activeProcessorCount)
    )

    init(count: Int) { free = Atomic(max(0, count)) }

    /// Runs `work`, and returns when it has ended.
    func run<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
        guard takeLane() else {
            let handover = Handover(work)
            return await withCheckedContinuation { continuation in
                threads.run { handover.run { continuation.resume(returning: $0) } }
            }
        }
        let result = work()
        free.wrappingAdd(1, ordering: .releasing)
        if turns.isTurnOfOthers() { await Task.yield() }
        return result
    }

    private func takeLane() -> Bool {
        var count = free.load(ordering: .relaxed)
        while count > 0 {
            let (isTaken, found) = free.weakCompareExchange(
                expected: count,
                desired: count - 1,
                ordering: .acquiring
            )
            if isTaken { return true }
            count = found
        }
        return false
    }
}

/// Threads for reads that found no lane free: made when they are needed, and kept.
///
/// They aren't those of Dispatch, which Swift's pool shares on Linux.
private final class ReadThreads: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var threadCount = 0
        var idleCount = 0
    }

    private let countMax: Int
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    init(countMax: Int) { self.countMax = countMax }

    func run(_ work: @escaping @Sendable () -> Void) {
        let startsThread = state.withLock { state in
            state.waiting.append(work)
            guard state.waiting.count > state.idleCount, state.threadCount < countMax else {
                return false
            }
            state.threadCount += 1
            return true
        }
        if startsThread {
            let thread = Thread { [self] in
                Thread.current.name = "annals reader"
                serve()
            }
            // As deep as the pool's own: a query recurses as its filter nests.
            thread.stackSize = 8 << 20
            thread.start()
        }
        wakeUp.signal()
    }

    private func serve() {
        while true {
            state.withLock { $0.idleCount += 1 }
            wakeUp.wait()
            let work = state.withLock { state in
                state.idleCount -= 1
                return state.waiting.removeFirst()
            }
            work()
        }
    }
}
