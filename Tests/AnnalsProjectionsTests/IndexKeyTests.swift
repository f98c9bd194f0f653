import AnnalsBytes
import AnnalsLog
import AnnalsSchema
import AnnalsTestSupport
import Testing

@testable import AnnalsProjections

struct `The key of an index` {
    private func key(_ value: Value, _ kind: Field.Kind) throws -> [UInt8] {
        var bytes = ByteWriter()
        try bytes.append(value)
        return try key(bytes.bytes, kind)
    }

    private func key(_ bytes: [UInt8], _ kind: Field.Kind) throws -> [UInt8] {
        var key = ByteWriter()
        key.append(UInt8(0xAA))
        try IndexKey.append(bytes.rawSpan, of: kind, to: &key)
        return Array(key.bytes.dropFirst())
    }

    /// Compares every value with every other.
    private func expectOrder<T: Comparable>(
        _ values: [T],
        _ kind: Field.Kind,
        _ value: (T) -> Value
    ) throws {
        let sorted = values.sorted()
        let keys = try sorted.map { try key(value($0), kind) }
        for (left, right) in zip(sorted.indices, sorted.indices.dropFirst()) {
            if sorted[left] == sorted[right] {
                #expect(keys[left] == keys[right], "\(sorted[left])")
            } else {
                #expect(
                    keys[left].lexicographicallyPrecedes(keys[right]),
                    "\(sorted[left]), \(sorted[right])"
                )
            }
        }
    }

    @Test func `sorts numbers as they sort`() throws {
        var random = SeededRandom(seed: testSeed(9))
        let integers =
            (0..<500).map { _ in Int(Int32(truncatingIfNeeded: random.next())) >> random.below(32) }
            + [0, 1, -1, Int(Int32.max), Int(Int32.min)]
        try expectOrder(integers, .int) { .integer($0) }

        let small = Double.leastNonzeroMagnitude
        let great = Double.greatestFiniteMagnitude
        var doubles: [Double] = [0, small, -small, great, -great]
        for _ in 0..<1000 {
            let double = Double(bitPattern: random.next())
            if double.isFinite { doubles.append(double) }
            doubles.append(Double(random.below(2000) - 1000) / 8)
        }
        try expectOrder(doubles, .double) { .double($0) }
    }

    @Test func `sorts days and seconds as they sort`() throws {
        var random = SeededRandom(seed: testSeed(10))
        let days = (0..<300).map { _ in Int32(random.below(840_000) - 98_000) } + [0, -1, 1]
        try expectOrder(days, .date) { .date(CalendarDate(days: $0)) }

        let seconds =
            (0..<300).map { _ in Int64(random.below(72_000_000_000)) - 8_500_000_000 } + [0, -1, 1]
        try expectOrder(seconds, .datetime) { .dateTime(Timestamp(milliseconds: $0 * 1000)) }
        // All milliseconds of a second have one key, even before 1970.
        #expect(
            try key(.dateTime(Timestamp(milliseconds: -1)), .datetime)
                == key(.dateTime(Timestamp(milliseconds: -1000)), .datetime)
        )
    }

    @Test func `sorts flags and references as they sort`() throws {
        let flags = try [false, true].map { try key(.boolean($0), .boolean) }
        #expect(flags == [[0], [1]])

        let records = [(1, 1), (1, 2), (1, 255), (1, 256), (2, 1), (256, 1)].map {
            RecordKey(object: UInt16($0.0), serial: UInt64($0.1))
        }
        let keys = try records.map { record in
            var bytes = ByteWriter()
            bytes.append(record.packed)
            return try key(bytes.bytes, .reference)
        }
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    }

    /// Texts that an entry keeps completely.
    ///
    /// They have characters of one to four bytes, capitals whose lowercase letter is longer or
    /// shorter, and the byte that ends a key.
    @Test(arguments: [Field.Kind.string, .textarea, .phone, .email, .url, .picklist])
    func `sorts texts by their small letters`(kind: Field.Kind) throws {
        var random = SeededRandom(seed: testSeed(11))
        let letters: [Character] = [
            "a", "A", "b", "B", "z", "Z", "@", "[", "0", " ", "\u{0}", "\u{1}", "\u{7F}", "é", "É",
            "ß", "İ", "Σ", "K", "名", "🜁",
        ]
        let texts = (0..<600).map { _ in
            String((0..<random.below(7)).compactMap { _ in letters.randomElement(using: &random) })
        }
        let lowered = texts.filter { !$0.isEmpty }.map(Lowered.init)

        try expectOrder(lowered, kind) { .text($0.text) }
    }

    /// A text in the order of comparisons: by the bytes of its lowercase letters.
    private struct Lowered: Comparable, CustomStringConvertible {
        let text: String
        let bytes: [UInt8]

        init(_ text: String) {
            self.text = text
            bytes = text.unicodeScalars.flatMap { Array($0.properties.lowercaseMapping.utf8) }
        }

        var description: String { text.debugDescription }
        static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
        static func < (left: Self, right: Self) -> Bool {
            left.bytes.lexicographicallyPrecedes(right.bytes)
        }
    }

    /// Texts around the byte at which an entry is truncated, which may be inside a character: a
    /// scan of a range finds all of them, although not in the order of what was cut off.
    @Test func `never puts a long text before one that it follows`() throws {
        var random = SeededRandom(seed: testSeed(14))
        let letters: [Character] = ["a", "B", "\u{0}", "é", "名", "🜁"]
        let texts = (0..<400).flatMap { _ -> [String] in
            let start = String(repeating: "x", count: 94 + random.below(7))
            let letters = (0..<4).compactMap { _ in letters.randomElement(using: &random) }
            return (0...4).map { start + String(letters.prefix($0)) }
        }

        let sorted = texts.map(Lowered.init).sorted()
        let keys = try sorted.map { try key(.text($0.text), .string) }

        for index in keys.indices.dropFirst() {
            #expect(
                !keys[index].lexicographicallyPrecedes(keys[index - 1]),
                "\(sorted[index - 1]), \(sorted[index])"
            )
        }
    }

    @Test func `of a long text is that of its beginning`() throws {
        let start = String(repeating: "Abcdefghij", count: 10)
        let expected = Array(start.lowercased().utf8) + [0]
        for end in ["", "k", "é", String(repeating: "名", count: 500)] {
            #expect(try key(.text(start + end), .string) == expected)
        }
        #expect(try key(.text("é" + start), .string).count <= 101)
    }

    /// Together with a serial of six bytes it must fit into a key of LMDB, which has at most 511.
    @Test func `is never too long`() throws {
        var random = SeededRandom(seed: testSeed(12))
        for _ in 0..<300 {
            let scalars = (0..<random.below(400)).map { _ -> Character in
                let scalar = Unicode.Scalar(UInt32(random.below(0x2_0000))) ?? "\u{0}"
                return Character(random.chance(20) ? "\u{0}" : scalar)
            }
            #expect(try key(.text(String(scalars)), .string).count <= 220)
        }
    }

    @Test func `is refused where the bytes are none of the kind`() {
        let kinds: [(Field.Kind, Int)] = [
            (.boolean, 0), (.int, 3), (.date, 3), (.double, 7), (.datetime, 7), (.reference, 7),
        ]
        for (kind, count) in kinds {
            #expect(throws: Malformed.self) { try key(Array(repeating: 1, count: count), kind) }
        }
        #expect(throws: Malformed("UTF-8", offset: 0)) { try key([0x61, 0xFF], .string) }
    }

    @Test func `of version 1 is what it was`() throws {
        let values: [(Field.Kind, Value)] = [
            (.boolean, false), (.boolean, true), (.int, 0), (.int, -1), (.int, 10_080),
            (.double, .double(0)), (.double, .double(-1.5)), (.double, .double(1e300)),
            (.date, .date(CalendarDate(days: 0))), (.date, .date(CalendarDate(days: -1))),
            (.datetime, .dateTime(Timestamp(milliseconds: 0))),
            (.datetime, .dateTime(Timestamp(milliseconds: 1_772_445_600_999))),
            (.datetime, .dateTime(Timestamp(milliseconds: -1))),
            (.string, "CR-00000001"), (.string, "Été"), (.string, "a\u{0}b"),
            (.string, .text(String(repeating: "x", count: 101))),
            (.email, "Somebody@Example.com"), (.phone, "+1 555 0100"),
        ]
        var lines = ""
        for (kind, value) in values {
            let digits = hexadecimal(try key(value, kind)).split(separator: "\n")
            lines += "\(kind.rawValue) \(value.description.debugDescription)\n"
            for line in digits { lines += "    \(line)\n" }
        }
        lines += "reference record 5 of object 16\n    "
        var reference = ByteWriter()
        reference.append(RecordKey.sample.packed)
        lines += hexadecimal(try key(reference.bytes, .reference))

        try GoldenFile("index-keys-v1.txt").expect(lines)
    }
}
