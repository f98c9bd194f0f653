import AnnalsTestSupport
import Foundation
import Testing

@testable import AnnalsLMDB

struct `The gate of a map` {
    /// A reader inside may enter once more, from a callback: waiting there for the resize, which
    /// waits for the reader, would never end.
    @Test func `lets in who is inside while a resize waits`() async throws {
        let gate = MapGate()
        let isResized = Shared(false)
        gate.enter()
        async let resizing: Void = onThread {
            let done: Void? = try? gate.whileEmpty {
                isResized.change { $0 = true }
            }
            #expect(done != nil)
        }
        let hasEntered = DispatchSemaphore(value: 0)
        Thread {
            while !gate.isWanted { usleep(100) }
            // Each time the gate stays closed for longer.
            for _ in 0..<5 {
                gate.enter()
                usleep(100)
                gate.leave()
            }
            hasEntered.signal()
        }.start()
        await onThread {
            #expect(hasEntered.wait(timeout: .now() + 60) == .success)
            #expect(!isResized.value)
            gate.leave()
        }
        await resizing
        #expect(isResized.value)
        #expect(gate.readerCount == 0)
    }
}

/// Runs a body that blocks, on a thread of its own.
private func onThread(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        Thread {
            body()
            continuation.resume()
        }.start()
    }
}
