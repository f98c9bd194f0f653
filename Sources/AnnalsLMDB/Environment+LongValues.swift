internal import CLMDB
internal import Glibc

// A value that is too long for its key's page has pages of its own. LMDB writes them from memory that it has
// used for other pages before, and copies them whole when it compacts a file: what is behind the value, up
// to the end of the last page, could be what another record held, and outlive its erasure. In the pages of
// keys the room between is not copied.

extension Environment {
    private static let pageHeaderByteCount = 16
    private static let nodeHeaderByteCount = 8
    /// Of the flags of a page that has a value of its own (P_OVERFLOW).
    private static let longValueFlag: UInt16 = 0x04

    /// The longest key and value that LMDB keeps in one page with others: a page has two at least.
    static func sharedNodeByteCountMax(pageByteCount: Int) -> Int {
        ((pageByteCount - pageHeaderByteCount) / 2 & ~1) - 2
    }

    /// Whether a value of that length lies in pages of its own.
    func hasPagesOfItsOwn(keyByteCount: Int, valueByteCount: Int) -> Bool {
        Self.nodeHeaderByteCount + keyByteCount + valueByteCount > sharedNodeByteCountMax
    }

    /// Clears what is behind a value that LMDB was just given room for, up to the end of its pages.
    ///
    /// - Parameter start: Where the value begins, in pages that LMDB is yet to write.
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
