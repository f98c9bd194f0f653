internal import AnnalsBytes
internal import AnnalsProjections
internal import AnnalsSchema

/// The rows of a batch one after another, each cell as the bytes in its record.
///
/// An array of values for each row would cost more than everything else that a query does for it.
@usableFromInline final class PackedRows: Sendable {
    struct Column: Sendable {
        enum Content: Sendable {
            case id
            /// Bytes, by the cell's index in the row.
            case cell(Int, Field.Kind)
            /// What is more than a value of the record, by its index in the row.
            case other(Int)
        }

        let key: String
        let content: Content
    }

    let object: ObjectType
    private let columns: [Column]
    private let schema: Schema
    private let serials: [UInt64]
    private let cells: PackedCells
    @usableFromInline let columnCount: Int
    private let cellCount: Int
    private let others: [QueryContent]
    private let otherCount: Int

    fileprivate init(_ packer: consuming RowPacker) {
        object = packer.object
        columns = packer.columns
        columnCount = columns.count
        schema = packer.schema
        serials = packer.serials
        cells = packer.packed
        cellCount = packer.cells.count
        others = packer.others
        otherCount = packer.nodes.count
    }

    func id(ofRow row: Int) -> RecordID { object.id(ofSerial: serials[row]) }

    @usableFromInline func key(_ place: Int) -> String { columns[place].key }

    @usableFromInline func content(_ place: Int, ofRow row: Int) -> QueryContent {
        switch columns[place].content {
        case .id: .value(.id(id(ofRow: row)))
        case .cell(let cell, let kind):
            .value(cells.value(row * cellCount + cell, kind, schema))
        case .other(let other): others[row * otherCount + other]
        }
    }
}

/// Bytes of cells one after another.
struct PackedCells: Sendable {
    private var bytes: [UInt8] = []
    /// Where each ends.
    private var ends: [Int] = []

    mutating func reserve(_ count: Int) {
        ends.reserveCapacity(count)
        bytes.reserveCapacity(16 * count)
    }

    mutating func append(_ value: RawSpan) {
        bytes.append(copying: value)
        ends.append(bytes.count)
    }

    /// What a cell holds.
    func value(_ cell: Int, _ kind: Field.Kind, _ schema: Schema) -> Value {
        let start = cell == 0 ? 0 : ends[cell - 1]
        let part = bytes.rawSpan.extracting(start..<ends[cell])
        // They were checked when they were packed: what does not decode is no value.
        if kind.isText {
            guard part.byteCount > 0, let text = try? part.text() else { return .null }
            return .text(text)
        }
        guard let scalar = try? Scalar(part, kind) else { return .null }
        return scalar.value(schema)
    }
}

/// Assembles the rows of a batch.
struct RowPacker {
    /// A field of the record whose bytes are copied.
    struct Cell {
        let field: FieldID
        let kind: Field.Kind
        /// 0 if the field has none.
        let slot: Int

        init(_ field: FieldID, _ kind: Field.Kind) {
            self.field = field
            self.kind = kind
            slot = field.isSlot ? Int(field.rawValue) : 0
        }
    }

    let object: ObjectType
    let schema: Schema
    let columns: [PackedRows.Column]
    let cells: [Cell]
    /// Those that are more than values of the record.
    let nodes: [OutputNode]
    fileprivate var serials: [UInt64] = []
    fileprivate var packed = PackedCells()
    fileprivate var others: [QueryContent] = []

    /// - Parameter count: How many rows there will be, at most.
    init(_ nodes: [OutputNode], of object: ObjectType, _ schema: Schema, count: Int) {
        self.object = object
        self.schema = schema
        var columns: [PackedRows.Column] = []
        var cells: [Cell] = []
        var others: [OutputNode] = []
        for node in nodes {
            switch node {
            case .id(let key): columns.append(PackedRows.Column(key: key, content: .id))
            case .cell(let key, let field, let kind):
                let content = PackedRows.Column.Content.cell(cells.count, kind)
                columns.append(PackedRows.Column(key: key, content: content))
                cells.append(Cell(field, kind))
            case .value, .parent, .children, .typeOf:
                let content = PackedRows.Column.Content.other(others.count)
                columns.append(PackedRows.Column(key: node.key, content: content))
                others.append(node)
            }
        }
        self.columns = columns
        self.cells = cells
        self.nodes = others
        serials.reserveCapacity(count)
        packed.reserve(count * cells.count)
        self.others.reserveCapacity(count * others.count)
    }

    /// Begins the next row with values from the record's own row.
    mutating func append(_ row: Row, serial: UInt64) throws(Malformed) {
        serials.append(serial)
        for cell in cells {
            let value =
                cell.slot > 0 ? try row.slot(cell.slot) : try row.bytes(of: cell.field)
            try value.check(cell.kind)
            packed.append(value)
        }
    }

    /// Adds the next one of ``nodes`` to the row.
    mutating func append(_ content: QueryContent) { others.append(content) }

    consuming func finish() -> [QueryRow] {
        let count = serials.count
        let rows = PackedRows(self)
        return (0..<count).map { QueryRow(rows, $0) }
    }
}

extension RawSpan {
    /// Checks that bytes of a field decode, which would otherwise only show later.
    fileprivate func check(_ kind: Field.Kind) throws(Malformed) {
        guard byteCount > 0 else { return }
        switch kind {
        case .string, .textarea, .phone, .email, .url, .picklist:
            if !isASCII { _ = try text() }
        case .boolean: break
        case .int, .date: _ = try uint32(at: 0)
        case .double, .datetime, .id, .reference: _ = try uint64(at: 0)
        }
    }
}
