import AnnalsDescribe
import AnnalsSchema
import FuzzScratch

@testable import AnnalsImport

/// Whatever a person provides as CSV, JSON Lines, a mapping, a schema or a layout, reading it ends
/// with an error or a valid result.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let all = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    let bytes = Array(all.dropFirst())
    switch all[0] % 5 {
    case 0: read(bytes, as: .csv)
    case 1: read(bytes, as: .jsonl)
    case 2: _ = try? ImportMapping(json: bytes)
    case 3: _ = try? SchemaFile(json: bytes)
    default: _ = try? LayoutFile(json: bytes)
    }
    return 0
}

private func read(_ bytes: [UInt8], as format: ImportSource.Format) {
    let path = Scratch.write(bytes, to: "rows")
    guard
        let mapping = try? ImportMapping(
            json: Array(
                #"""
                {"object": "ContactRequest", "key": {"field": "Key__c", "value": "{a}-{b}"},
                "fields": {"Status": "{a}", "RequestDescription": "{b}"}}
                """#.utf8
            )
        ), let source = try? ImportSource(path: path, format: format),
        let file = try? InputFile(path), var scanner = try? RowScanner(file, format: format),
        var reader = try? RowReader(mapping, source, &scanner)
    else { return }
    var end = 0
    while let location = try? scanner.nextRow() {
        precondition(location.offset >= end, "rows do not overlap")
        end = location.offset + location.byteCount
        precondition(end <= bytes.count, "a row is in its file")
        _ = try? reader.cells(of: scanner.row, byteCount: location.byteCount)
        _ = reader.json(of: scanner.row)
    }
}
