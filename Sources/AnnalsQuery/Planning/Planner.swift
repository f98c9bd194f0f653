internal import AnnalsBytes
internal import AnnalsLMDB
internal import AnnalsProjections
internal import AnnalsSchema

/// How the records of a query are found.
enum AccessPlan: Sendable {
    /// All records of the object, in the order of their serials.
    case table
    /// The records of a run of ids, in the order of their serials.
    case run(SerialRange)
    /// Records named by id, by serial.
    case named([UInt64])
    /// One index, or several whose records are intersected.
    case indexes([IndexScan])
}

/// Chooses between the indexes of an object.
///
/// The choice is measured, not guessed: the keys that match each comparison are counted, but never
/// more of them than make an index worthwhile.
struct Planner {
    let object: ObjectType
    let tables: ObjectTables
    /// The comparisons that all must hold.
    let tests: [Test]
    /// Whether the filter consists only of ``tests``.
    let isConjunction: Bool

    init?(_ query: BoundQuery, _ tables: StoreTables) {
        guard let tables = tables.objects[query.object.code] else { return nil }
        object = query.object
        self.tables = tables
        let found = query.filter.conjunction
        tests = found.tests
        isConjunction = found.isAll
    }

    /// The index scans that the comparisons allow.
    ///
    /// If ids are bounded as well, keys of one value are walked only within the bounds: paging by
    /// id does not walk what the previous pages had.
    func scans() -> [IndexScan] {
        let run = run()
        return tests.enumerated().compactMap { index, test in
            guard let scan = scan(test, index) else { return nil }
            return run.map(scan.within) ?? scan
        }
    }

    /// The run of ids that comparisons allow, `nil` if none bounds them.
    func run() -> SerialRange? {
        var run: SerialRange?
        for test in tests where test.operand.access.isOwn && test.operand.access.leaf == .id {
            guard case .none = test.operand.transform,
                case .serials(let ranges) = test.matcher.form,
                !test.matcher.isNegated
            else { continue }
            let range = ranges[object.code] ?? .none
            run = run?.intersection(range) ?? range
        }
        return run
    }

    /// The serials of records that the filter names by id, `nil` if it does not.
    func named() -> [UInt64]? {
        for test in tests where test.operand.access.isOwn && test.operand.access.leaf == .id {
            guard case .none = test.operand.transform, case .keys(let keys) = test.matcher.form,
                !test.matcher.isNegated
            else { continue }
            return keys.map(RecordKey.init).filter { $0.object == object.code }
                .map(\.serial).sorted()
        }
        return nil
    }

    private func scan(_ test: Test, _ index: Int) -> IndexScan? {
        let access = test.operand.access
        guard access.isOwn, case .none = test.operand.transform, let field = access.field,
            !test.matcher.isNegated, !test.matcher.ofNull
        else { return nil }
        switch access.leaf {
        case .systemModstamp:
            guard case .ranges(let ranges) = test.matcher.form else { return nil }
            return IndexScan(
                field: field,
                ranges: ranges.compactMap { Self.seconds($0, tables.times) },
                isExact: true,
                isInSerialOrder: false,
                test: index
            )
        case .createdDate:
            guard case .ranges(let ranges) = test.matcher.form,
                let table = tables.indexes[.createdDate]
            else { return nil }
            return IndexScan(
                field: field,
                ranges: ranges.compactMap { Self.seconds($0, table) },
                isExact: true,
                // Serials and times are assigned in the same order.
                isInSerialOrder: ranges.count == 1,
                test: index
            )
        case .slot:
            guard let table = tables.indexes[field.id] else { return nil }
            return scan(test.matcher, field, table, index)
        default: return nil
        }
    }

    private func scan(
        _ matcher: Matcher,
        _ field: Field,
        _ table: Table,
        _ index: Int
    ) -> IndexScan? {
        var ranges: [IndexRange] = []
        var isExact = true
        switch matcher.form {
        case .text(let text, .equal, let isCaseExact):
            isExact = !isCaseExact && text.count < IndexKey.textByteCount
            guard let key = Self.key(text, field.kind) else { return nil }
            ranges = [IndexRange(table, equalTo: key)]
        case .texts(let texts, let isCaseExact):
            for text in texts.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                isExact = isExact && !isCaseExact && text.count < IndexKey.textByteCount
                guard let key = Self.key(text, field.kind) else { return nil }
                ranges.append(IndexRange(table, equalTo: key))
            }
        case .like(let like):
            guard !like.prefix.isEmpty else { return nil }
            isExact = false
            let folded = FoldedText.bytes(of: String(decoding: like.prefix, as: UTF8.self))
            // A zero is written as two bytes, and a long text is cut.
            let prefix = Array(folded.prefix { $0 != 0 }.prefix(IndexKey.textByteCount))
            guard !prefix.isEmpty else { return nil }
            ranges = [IndexRange(table, from: prefix, to: prefix.successor)]
        case .keys(let keys):
            for key in keys.sorted() {
                var bytes = ByteWriter()
                bytes.append(key)
                ranges.append(IndexRange(table, equalTo: bytes.bytes))
            }
        case .serials(let found):
            for (code, range) in found.sorted(by: { $0.key < $1.key }) where !range.isEmpty {
                let first = RecordKey(object: code, serial: range.low).packed
                let count = range.high - range.low
                var low = ByteWriter(reserving: 8)
                low.append(first)
                var high = ByteWriter(reserving: 8)
                let (end, overflow) = first.addingReportingOverflow(count)
                if !overflow { high.append(end) }
                ranges.append(IndexRange(table, from: low.bytes, to: high.bytes))
            }
        case .ranges(let found):
            for range in found {
                guard let bounds = Self.bounds(range, field.kind) else { return nil }
                ranges.append(IndexRange(table, from: bounds.low, to: bounds.high))
            }
        case .text, .boolean, .nothing: return nil
        }
        return IndexScan(
            field: field,
            ranges: ranges,
            isExact: isExact,
            isInSerialOrder: ranges.count == 1 && ranges[0].prefixByteCount != nil,
            test: index
        )
    }

    private static func key(_ text: [UInt8], _ kind: Field.Kind) -> [UInt8]? {
        var key = ByteWriter()
        guard (try? IndexKey.append(text.rawSpan, of: kind, to: &key)) != nil else { return nil }
        return key.bytes
    }

    private static func seconds(
        _ range: (low: Int64, high: Int64),
        _ table: Table
    ) -> IndexRange? {
        guard let bounds = bounds(range, .datetime) else { return nil }
        return IndexRange(table, from: bounds.low, to: bounds.high)
    }

    /// The bytes of the first key, and of the first one after the last.
    private static func bounds(
        _ range: (low: Int64, high: Int64),
        _ kind: Field.Kind
    ) -> (low: [UInt8], high: [UInt8])? {
        func bytes(_ ordinal: Int64) -> [UInt8]? {
            var writer = ByteWriter()
            switch kind {
            case .int, .date:
                writer.append(UInt32(bitPattern: Int32(clamping: ordinal)) ^ 1 << 31)
            case .datetime:
                let limit: Int64 = 1 << 46
                writer.append(second: min(max(ordinal, -limit), limit))
            case .double:
                let bits = UInt64(bitPattern: ordinal) ^ 1 << 63
                // Indexes have a place for minus zero, which ordinals do not have.
                writer.append(ordinal < 0 && bits > 0 ? bits - 1 : bits)
            default: return nil
            }
            return writer.bytes
        }
        guard let low = bytes(range.low), let high = bytes(range.high) else { return nil }
        let isWord = kind == .int || kind == .date
        if range.low >= range.high || isWord && range.low > Int64(Int32.max) { return (low, low) }
        // The highest number of a type has no successor of its own.
        return (low, range.high == .max || isWord && range.high > Int64(Int32.max) ? [] : high)
    }
}

extension Predicate {
    /// The comparisons that all must hold, and whether there is nothing else.
    var conjunction: (tests: [Test], isAll: Bool) {
        switch self {
        case .test(let test): return ([test], true)
        case .constant(true): return ([], true)
        case .all(let parts):
            var tests: [Test] = []
            var isAll = true
            for part in parts {
                let found = part.conjunction
                tests += found.tests
                isAll = isAll && found.isAll
            }
            return (tests, isAll)
        case .any, .not, .constant(false), .semiJoin: return ([], false)
        }
    }
}
