internal import Glibc

/// Bytes from the system's own secure generator.
package enum SystemRandom {
    /// `count` bytes that no one can guess.
    ///
    /// Ask for many at once: each request is a system call.
    package static func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            // arc4random_buf cannot fail: glibc ends the process rather than return weak bytes.
            if let start = buffer.baseAddress { unsafe arc4random_buf(start, count) }
            initialized = count
        }
    }
}
