internal import CLMDB
internal import Glibc

// A value that is too long for its key's page has pages of its own. LMDB writes them from memory
// that it has used for other pages before, and copies them whole when it compacts a file: the bytes
// after the value, up to the end of the last page, could belong to another record, and outlive its
// erasure. In the pages of keys the space in between is not copied.

extension Environment {
    private static let pageHeaderByteCount = 16
    private static let nodeHeaderByteCount = 8
    /// The flag of a page that belongs to a single long value (P_OVERFLOW).
    private static let longValueFlag: UInt16 = 0x04

    /// The longest key and value that LMDB keeps in one page with others: a page has at least two.
    static func sharedNodeByteCountMax(pageByteCount: Int) -> Int {
        ((pageByteCount - pageHeaderByteCount) / 2 & ~1) - 2
    }

    /// Whether a value of that length has pages of its own.
    func hasPagesOfItsOwn(keyByteCount: Int, valueByteCount: Int) -> Bool {
        Self.nodeHeaderByteCount + keyByteCount + valueByteCount > sharedNodeByteCountMax
    }

    /// Clears the bytes after a value for which LMDB has just reserved room, up to the end of its
    /// pages.
    ///
    /// - Parameter start: Where the value begins, in pages that LMDB has yet to write.
    @unsafe func clearRest(behind start: UnsafeMutableRawPointer, byteCount: Int) {
        let page = unsafe start - Self.pageHeaderByteCount
        let flags = unsafe page.loadUnaligned(fromByteOffset: 10, as: UInt16.self)
        guard flags & Self.longValueFlag != 0 else { return }
        let pageCount = unsafe Int(page.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        let rest = pageCount * pageByteCount - Self.pageHeaderByteCount - byteCount
        guard rest > 0 else { return }
        unsafe memset(start + byteCount, 0, rest)
    }
}
