/// Where a row is in its file.
struct RowLocation: Sendable, Hashable {
    let offset: Int
    let byteCount: Int
    /// The line that it begins in; 1 for the first.
    let line: Int
}

/// Finds where rows begin and end, from the first to the last.
///
/// A line ends with LF, CR LF, or CR alone. A row of CSV ends at the first line end that is not in
/// quotes. A row of JSON is a line, and continues over further lines while brackets are open, up to
/// a line that begins with a brace; or it is an element of the list that the whole file consists
/// of. Empty lines are not rows.
struct RowScanner {
    /// A longer row is cut here and rejected: it has a quote that is never closed.
    static let rowByteCountMax = 1 << 24
    private static let chunkByteCount = 1 << 18

    private enum Shape { case csv, lines, list }

    private let file: InputFile
    private var shape: Shape
    private var buffer: [UInt8] = []
    /// Where in the file the buffer begins.
    private var bufferOffset = 0
    /// Where in the buffer the next row begins.
    private var next = 0
    private var line = 1
    /// Whether the previous row ended with a CR, whose LF may come next.
    private var isAfterCR = false
    /// Whether a list has returned an element, and whether it has ended.
    private var hasElement = false
    private var isListClosed = false
    /// The bytes of the current row, without its line end.
    private(set) var row: [UInt8] = []

    init(_ file: InputFile, format: ImportSource.Format) throws(ImportError) {
        self.file = file
        shape = format == .csv ? .csv : .lines
        try fill()
        // A byte order mark says what is already known from the format.
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { next = 3 }
        if shape == .lines, try nextVisible() == UInt8(ascii: "[") {
            shape = .list
            next += 1
        }
    }

    /// Finds the next row, and keeps it in ``row``.
    mutating func nextRow() throws(ImportError) -> RowLocation? {
        while true {
            if isAfterCR {
                isAfterCR = false
                if next == buffer.count { _ = try fill() }
                if next < buffer.count, buffer[next] == 0x0A { next += 1 }
            }
            if shape == .list, try isAtEndOfList() { return nil }
            let start = (offset: bufferOffset + next, line: line)
            let found =
                switch shape {
                case .csv: try endOfCSVRow()
                case .lines: try endOfJSONRow()
                case .list: try endOfElement()
                }
            guard let end = found else { return nil }
            row.removeAll(keepingCapacity: true)
            row.append(contentsOf: buffer[end.row])
            if row.isEmpty { continue }
            if shape != .csv, row.allSatisfy(Self.isBlank) { continue }
            // What was dropped of a row that is too long counts, so that its length is reported.
            return RowLocation(
                offset: start.offset,
                byteCount: end.dropped + row.count,
                line: start.line
            )
        }
    }

    private typealias End = (row: Range<Int>, dropped: Int)

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// Counts a line end just before `position`, of a row that begins at ``next``.
    private mutating func countLine(before position: Int) {
        let isSecondOfTwo =
            buffer[position - 1] == 0x0A && position - 2 >= next && buffer[position - 2] == 0x0D
        if !isSecondOfTwo { line += 1 }
    }

    /// The row up to before `end`; the next one begins at `start`.
    private mutating func taking(_ end: Int, next start: Int, _ dropped: Int) -> End {
        let row = next..<end
        isAfterCR = start > 0 && buffer[start - 1] == 0x0D
        next = start
        return (row, dropped)
    }

    /// What is left at the end of the file.
    private mutating func takingRest(_ dropped: Int) -> End? {
        let row = next..<buffer.count
        next = buffer.count
        return row.isEmpty ? nil : (row, dropped)
    }

    // MARK: CSV

    /// States of a CSV row, byte by byte.
    private enum State { case cellStart, plain, quoted, quoteInQuoted }

    /// Scans to the end of the row.
    ///
    /// - Returns: Where the row is in the buffer, and how many bytes of it are not; `nil` at the
    ///   end of the file.
    private mutating func endOfCSVRow() throws(ImportError) -> End? {
        var state = State.cellStart
        var position = next
        var dropped = 0
        repeat {
            while position < buffer.count {
                let byte = buffer[position]
                position += 1
                if byte == 0x0A || byte == 0x0D {
                    countLine(before: position)
                    if state != .quoted { return taking(position - 1, next: position, dropped) }
                } else {
                    state = Self.state(after: byte, state)
                }
            }
        } while try readOn(&position, &dropped)
        return takingRest(dropped)
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

    // MARK: JSON

    /// Open brackets, and whether a string is open.
    private struct Nesting {
        var depth = 0
        var isInString = false
        private var isEscaped = false

        mutating func add(_ byte: UInt8) {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                return
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth = max(0, depth - 1)
            default: break
            }
        }
    }

    private mutating func endOfJSONRow() throws(ImportError) -> End? {
        var nesting = Nesting()
        var position = next
        var dropped = 0
        /// Before the line end after which the row may continue.
        var lineEnd: Int?
        repeat {
            while position < buffer.count {
                let byte = buffer[position]
                if let end = lineEnd {
                    lineEnd = nil
                    // A malformed line does not swallow the next row.
                    if byte == UInt8(ascii: "{") { return taking(end, next: position, dropped) }
                }
                position += 1
                guard byte == 0x0A || byte == 0x0D else {
                    nesting.add(byte)
                    continue
                }
                countLine(before: position)
                if nesting.depth == 0 || nesting.isInString {
                    return taking(position - 1, next: position, dropped)
                }
                lineEnd = position - 1
            }
            let start = next
            guard try readOn(&position, &dropped) else { break }
            lineEnd = lineEnd.map { min($0 - start, position) }
        } while true
        return takingRest(dropped)
    }

    /// Scans to the end of an element of the list, which is followed by a comma or the closing
    /// bracket.
    private mutating func endOfElement() throws(ImportError) -> End? {
        var nesting = Nesting()
        var position = next
        var dropped = 0
        repeat {
            while position < buffer.count {
                let byte = buffer[position]
                let isEnd = byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]")
                if isEnd, nesting.depth == 0, !nesting.isInString {
                    hasElement = true
                    return taking(position, next: position, dropped)
                }
                position += 1
                if byte == 0x0A || byte == 0x0D {
                    countLine(before: position)
                } else {
                    nesting.add(byte)
                }
            }
        } while try readOn(&position, &dropped)
        throw malformed("the list is not closed: the file is cut off")
    }

    /// Moves to where the next element of the list begins.
    ///
    /// The whole list is scanned before anything in it is imported.
    private mutating func isAtEndOfList() throws(ImportError) -> Bool {
        if isListClosed { return true }
        guard let byte = try nextVisible() else {
            throw malformed("the list is not closed: the file is cut off")
        }
        if byte == UInt8(ascii: "]") {
            next += 1
            isListClosed = true
            if try nextVisible() != nil { throw malformed("something follows the end of the list") }
            return true
        }
        guard hasElement else {
            if byte == UInt8(ascii: ",") {
                throw malformed("a comma stands before the first element")
            }
            return false
        }
        guard byte == UInt8(ascii: ",") else { throw malformed("a comma is missing in the list") }
        next += 1
        let following = try nextVisible()
        if following == UInt8(ascii: "]") || following == UInt8(ascii: ",") {
            throw malformed("a comma of the list has no element after it")
        }
        return false
    }

    /// The next byte that is not white space, which is skipped.
    private mutating func nextVisible() throws(ImportError) -> UInt8? {
        while true {
            while next < buffer.count {
                guard Self.isBlank(buffer[next]) else { return buffer[next] }
                let isLineFeed = buffer[next] == 0x0A
                if buffer[next] == 0x0D || isLineFeed && !isAfterCR { line += 1 }
                isAfterCR = buffer[next] == 0x0D
                next += 1
            }
            guard try fill() else { return nil }
        }
    }

    private func malformed(_ finding: String) -> ImportError {
        .source(reason: "\(file.path): \(finding), in line \(line)")
    }

    // MARK: Reading

    /// Continues reading after the current row.
    ///
    /// - Returns: Whether anything was read.
    private mutating func readOn(
        _ position: inout Int,
        _ dropped: inout Int
    ) throws(ImportError) -> Bool {
        if position - next > Self.rowByteCountMax {
            let rest = next + Self.rowByteCountMax..<position
            dropped += rest.count
            buffer.removeSubrange(rest)
            bufferOffset += rest.count
            position = buffer.count
        }
        let shift = next
        guard try fill() else { return false }
        position -= shift
        return true
    }

    /// Drops what lies before the next row, and continues reading after what is there.
    ///
    /// - Returns: Whether anything was read.
    @discardableResult private mutating func fill() throws(ImportError) -> Bool {
        let end = bufferOffset + buffer.count
        let chunk = try file.bytes(at: end, count: Self.chunkByteCount)
        // What was seen last stays: a line end of two bytes may be split here.
        buffer.removeSubrange(..<next)
        bufferOffset += next
        next = 0
        buffer.append(contentsOf: chunk)
        return !chunk.isEmpty
    }
}
