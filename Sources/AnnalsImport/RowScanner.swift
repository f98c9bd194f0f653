/// Where a row is in its file.
struct RowLocation: Sendable, Hashable {
    let offset: Int
    let byteCount: Int
    /// The line that it begins in; 1 for the first.
    let line: Int
}

/// Finds where rows begin and end, from the first to the last.
///
/// A row of CSV ends at the first line end that is not in quotes, one of JSON Lines at every
/// line end. Lines without anything are no rows.
struct RowScanner {
    /// A longer row is cut here and refused: it is a quote that is never closed.
    static let rowByteCountMax = 1 << 24
    private static let chunkByteCount = 1 << 18

    private let file: InputFile
    private let isCSV: Bool
    private var buffer: [UInt8] = []
    /// Where in the file the buffer begins.
    private var bufferOffset = 0
    /// Where in the buffer the next row begins.
    private var next = 0
    private var line = 1
    /// The bytes of the row that was found last, without its line end.
    private(set) var row: [UInt8] = []

    init(_ file: InputFile, format: ImportSource.Format) throws(ImportError) {
        self.file = file
        isCSV = format == .csv
        try fill()
        // A byte order mark says what the format says already.
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { next = 3 }
    }

    /// Finds the next row, and keeps it in ``row``.
    mutating func nextRow() throws(ImportError) -> RowLocation? {
        while true {
            let start = (offset: bufferOffset + next, line: line)
            guard let end = try endOfRow() else { return nil }
            row.removeAll(keepingCapacity: true)
            row.append(contentsOf: buffer[end.row])
            if row.last == 0x0D { row.removeLast() }
            if row.isEmpty { continue }
            // What was dropped of a row that is too long counts, so that its length tells.
            return RowLocation(
                offset: start.offset,
                byteCount: end.dropped + row.count,
                line: start.line
            )
        }
    }

    /// States of a CSV row, byte by byte.
    private enum State { case cellStart, plain, quoted, quoteInQuoted }

    /// Walks to the end of the row.
    ///
    /// - Returns: Where the row is in the buffer, and how many bytes of it are not; `nil` at the
    ///   end of the file.
    private mutating func endOfRow() throws(ImportError) -> (row: Range<Int>, dropped: Int)? {
        var state = State.cellStart
        var position = next
        var dropped = 0
        while true {
            while position < buffer.count {
                let byte = buffer[position]
                position += 1
                if byte == 0x0A {
                    line += 1
                    if !isCSV || state != .quoted {
                        let row = next..<(position - 1)
                        next = position
                        return (row, dropped)
                    }
                } else if isCSV {
                    state = Self.state(after: byte, state)
                }
            }
            if position - next > Self.rowByteCountMax {
                let rest = next + Self.rowByteCountMax..<position
                dropped += rest.count
                buffer.removeSubrange(rest)
                bufferOffset += rest.count
                position = buffer.count
            }
            let shift = next
            guard try fill() else {
                let row = next..<buffer.count
                next = buffer.count
                return row.isEmpty ? nil : (row, dropped)
            }
            position -= shift
        }
    }

    private static func state(after byte: UInt8, _ state: State) -> State {
        switch (state, byte) {
        case (.quoted, 0x22): .quoteInQuoted
        case (.quoted, _): .quoted
        case (.quoteInQuoted, 0x22): .quoted
        case (.cellStart, 0x22): .quoted
        case (_, 0x2C): .cellStart
        default: .plain
        }
    }

    /// Drops what lies before the next row, and reads on behind what is there.
    ///
    /// - Returns: Whether anything came.
    @discardableResult private mutating func fill() throws(ImportError) -> Bool {
        let end = bufferOffset + buffer.count
        let chunk = try file.bytes(at: end, count: Self.chunkByteCount)
        buffer.removeSubrange(..<next)
        bufferOffset += next
        next = 0
        buffer.append(contentsOf: chunk)
        return !chunk.isEmpty
    }
}
