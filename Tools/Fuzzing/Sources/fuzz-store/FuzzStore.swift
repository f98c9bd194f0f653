import Annals
import AnnalsBytes
import AnnalsLMDB
import Dispatch
import Foundation
import FuzzScratch

/// A store whose file was altered: however, it is refused or read, and salvaged.
///
/// The input is a list of writes to the file of a small store: page (1), offset (2), number of
/// bytes (1, up to 8), bytes. The highest bit of the offset asks for a corrected checksum, as an
/// attacker without keys would make it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzStore(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))[...]
    var bytes = SmallStore.bytes
    let pageCount = bytes.count / SmallStore.pageByteCount
    while input.count >= 5 {
        let head = Array(input.prefix(4))
        input = input.dropFirst(4)
        let page = Int(head[0]) % pageCount
        let offset = Int(head[1]) << 8 | Int(head[2])
        let place = page * SmallStore.pageByteCount + offset % SmallStore.pageByteCount
        let part = input.prefix(1 + Int(head[3] & 7))
        input = input.dropFirst(part.count)
        for (index, byte) in part.enumerated() where place + index < bytes.count {
            bytes[place + index] = byte
        }
        if offset & 0x8000 != 0 { SmallStore.seal(page, in: &bytes) }
    }
    let folder = Scratch.folder + "/store"
    FileSystem.removeFolder(folder)
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = Scratch.write(bytes, to: "store/data.mdb")
    waiting {
        await read(folder)
        await salvage(folder)
    }
    return 0
}

/// Like `verify` and the reading calls: pages are checked before LMDB sees the file.
private func read(_ folder: String) async {
    guard let report = try? RecordStore.checkFile(at: folder), report.isClean else { return }
    var configuration = RecordStore.Configuration()
    configuration.isReadOnly = true
    configuration.mapSizeBytes = 64 << 20
    _ = try? await RecordStore.verify(at: folder, configuration: configuration)
    guard let store = try? RecordStore(at: folder, configuration: configuration) else { return }
    _ = try? await store.info()
    for event in (try? await store.session().events(limit: 1000)) ?? [] {
        if let record = event.record { _ = try? await store.session().history(of: record) }
        _ = "\(event)"
    }
    for object in store.schema.objects {
        guard let selection = try? store.session().selection(of: object.name) else { continue }
        for record
            in (try? await store.session().records(selection, includingDeleted: true, limit: 100))
            ?? []
        {
            for field in record.fields { _ = field.value.description }
        }
    }
}

private func salvage(_ folder: String) async {
    let target = Scratch.folder + "/new"
    FileSystem.removeFolder(target)
    var configuration = RecordStore.Configuration()
    configuration.mapSizeBytes = 64 << 20
    configuration.durability = .onDemand
    do {
        let report = try RecordStore.salvage(
            from: folder,
            to: target,
            configuration: configuration,
            tell: { item in
                _ = "\(item)"
                return true
            }
        )
        guard report.store != nil else { return }
        configuration.isReadOnly = true
        let verified = try await RecordStore.verify(at: target, configuration: configuration)
        // Values that are missing without an erasure are reported, and remain missing.
        precondition(
            verified.isClean || report.gap != nil,
            "what was salvaged is a sound store: \(verified.findings)"
        )
    } catch {
        preconditionFailure("a salvage ends, whatever it is given: \(error)")
    }
}

/// Runs a task to its end, because the fuzzer does not call from a task.
private func waiting(_ body: @escaping @Sendable () async -> Void) {
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        await body()
        done.signal()
    }
    done.wait()
}

/// The store that is written to.
enum SmallStore {
    static let pageByteCount = 4096

    /// The same in every run, because the clock and the random bytes are.
    static let bytes: [UInt8] = {
        let path = Scratch.folder + "/small"
        waiting {
            do {
                try await make(path)
            } catch {
                preconditionFailure("the store is made: \(error)")
            }
        }
        guard let data = try? Data(contentsOf: URL(filePath: path + "/data.mdb")) else {
            preconditionFailure("the store is there")
        }
        return Array(data)
    }()

    private static func make(_ path: String) async throws {
        FileSystem.removeFolder(path)
        var configuration = RecordStore.Configuration()
        configuration.mapSizeBytes = 64 << 20
        configuration.clock = { Timestamp(milliseconds: 1_772_445_600_000) }
        configuration.random = { [UInt8](repeating: 5, count: $0) }
        try RecordStore.create(at: path, configuration: configuration)
        let store = try RecordStore(at: path, configuration: configuration)
        let session = store.session()
        let text = String(repeating: "call me back ", count: 400)
        let created = try await session.create(
            (0..<40).map { index in
                SObject(
                    "ContactRequest",
                    [
                        "PreferredPhone": .text("+1 555 \(index)"),
                        "RequestDescription": .text(index == 7 ? text : "soon"),
                    ]
                )
            }
        ).compactMap(\.id)
        try await session.update(
            "ContactRequest",
            id: created[3],
            ["PreferredPhone": .text("+1 555 0100")]
        )
        _ = try await session.delete([RecordReference(created[5]), RecordReference(created[6])])
        _ = try await session.emptyRecycleBin([RecordReference(created[5])])
        _ = try await session.erase([RecordReference(created[9])], reason: "asked for")
        store.close()
    }

    /// Corrects the checksums of a leaf page's entries.
    static func seal(_ page: Int, in bytes: inout [UInt8]) {
        let start = page * pageByteCount
        func number(_ offset: Int) -> Int {
            Int(bytes[start + offset]) | Int(bytes[start + offset + 1]) << 8
        }
        guard number(10) == 2, number(12) <= pageByteCount, number(12) > 16 else { return }
        for offset in stride(from: 16, to: number(12) - 1, by: 2) {
            let node = number(offset)
            guard node <= pageByteCount - 8 else { continue }
            let (count, flags, keyCount) = (number(node), number(node + 4), number(node + 6))
            let value = node + 8 + keyCount
            guard flags == 0, number(node + 2) == 0, count >= 8, value + count <= pageByteCount
            else { continue }
            let key = bytes[(start + node + 8)..<(start + value)]
            let rest = Array(bytes[(start + value + 4)..<(start + value + count)])
            var crc = CRC32C()
            switch keyCount {
            case 10: crc.update(Array(key).rawSpan)
            case 6: crc.update(Array(objectCode(page) + key).rawSpan)
            default: continue
            }
            crc.update(rest.rawSpan)
            for index in 0..<4 {
                bytes[start + value + index] = UInt8(crc.value >> UInt32(24 - 8 * index) & 0xFF)
            }
        }
    }

    /// The object whose rows the page has in the sound file, found by trial.
    private static func objectCode(_ page: Int) -> [UInt8] {
        let start = page * pageByteCount
        func number(_ offset: Int) -> Int {
            Int(bytes[start + offset]) | Int(bytes[start + offset + 1]) << 8
        }
        let node = number(16)
        guard node <= pageByteCount - 20, number(node + 6) == 6 else { return [0, 16] }
        let value = start + node + 14
        guard value + number(node) <= start + pageByteCount, number(node) > 4 else {
            return [0, 16]
        }
        for code in UInt8(1)...40 {
            var crc = CRC32C()
            let key = [0, code] + bytes[(start + node + 8)..<value]
            let rest = Array(bytes[(value + 4)..<(value + number(node))])
            crc.update(key.rawSpan)
            crc.update(rest.rawSpan)
            let stored = bytes[value..<(value + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            if stored == crc.value { return [0, code] }
        }
        return [0, 16]
    }
}
