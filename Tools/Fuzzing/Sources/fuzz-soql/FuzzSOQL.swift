import AnnalsSOQL

/// Whatever the text is, the parser ends; an error has a position in the text; and if the text is
/// accepted, the printed query is accepted too, and has the same tree.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSOQL(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
    let text = unsafe String(decoding: bytes, as: UTF8.self)
    do {
        let query = try SOQLParser.parse(text)
        let print = query.text
        // The printed form has more spaces than a query needs, and may be longer than a query can
        // be.
        if print.utf16.count <= Dialect.lengthMax {
            precondition(reparsed(print) == query, "a query is equal to what its print parses to")
        }
    } catch {
        precondition(error.offset <= text.utf8.count, "an error's place is in the text")
        precondition(error.row >= 1 && error.column >= 1, "rows and columns start at 1")
        precondition(!error.description.isEmpty)
    }
    return 0
}

private func reparsed(_ text: String) -> Query {
    do {
        return try SOQLParser.parse(text)
    } catch {
        preconditionFailure("a print is a query: \(text) \(error)")
    }
}
