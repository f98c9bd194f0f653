internal import AnnalsBytes

/// A frame of the log that was found somewhere in a damaged file, with a matching checksum.
package struct FoundFrame: Sendable, Hashable {
    package let number: UInt64
    package let frame: UInt16
    package let frameCount: UInt16
    package let checksum: UInt32

    /// - Returns: `nil` if the entry is not a frame of a log, or has been altered.
    package init?(key: RawSpan, value: RawSpan) {
        guard key.byteCount == 10, value.byteCount >= 8, let number = try? key.uint64(at: 0),
            let frame = try? key.uint16(at: 8), let checksum = try? value.uint32(at: 0),
            let frameCount = try? value.uint16(at: 4), (try? value.uint16(at: 6)) == 0,
            number > 0, number < 1 << 60, frame < frameCount,
            checksum == Log.checksum(key: key, value: value)
        else { return nil }
        self.number = number
        self.frame = frame
        self.frameCount = frameCount
        self.checksum = checksum
    }

    /// The part of the transaction in a frame.
    package static func part(of value: RawSpan) -> [UInt8] {
        value.byteCount < 8 ? [] : [UInt8](copying: value.extracting(droppingFirst: 8))
    }
}
