import Foundation

/// What a power failure leaves of the changes that are not safe: one possibility of many.
struct Choice: Hashable {
    /// The changes that reached the disk, by number, with the sectors of each; 0 means all.
    var changes: [Int: UInt64] = [:]
    /// The number of pending names that reached the disk, from the first on.
    var nameCount = 0
}

extension Disk {
    /// Different choices, beginning with the simple ones: nothing, everything, only bytes, only
    /// names, and all but one; then random ones, including torn writes.
    func choices(atRandom count: Int, using dice: inout Dice) -> Set<Choice> {
        let numbers = files.values.flatMap { $0.pending.map(\.number) }.sorted()
        let all = Dictionary(uniqueKeysWithValues: numbers.map { ($0, UInt64(0)) })
        let names = pendingNames.count
        var found: Set<Choice> = [
            Choice(), Choice(changes: all, nameCount: names), Choice(changes: all),
            Choice(nameCount: names),
        ]
        if numbers.isEmpty, names == 0 { return found }
        for number in numbers.suffix(3) {
            var one = Choice(changes: all, nameCount: names)
            one.changes[number] = nil
            found.insert(one)
            found.insert(Choice(changes: [number: 0], nameCount: names))
        }
        for _ in 0..<count {
            var choice = Choice(nameCount: Int.random(in: 0...names, using: &dice))
            let share = UInt64.random(in: 1...7, using: &dice)
            for number in numbers where dice.next() % 8 < share {
                choice.changes[number] = dice.next() % 6 == 0 ? dice.next() | 1 : 0
            }
            if let last = numbers.last, dice.next() % 3 == 0 {
                // The newest change is the one most likely to be under way.
                choice.changes[last] = dice.next()
            }
            found.insert(choice)
        }
        return found
    }

    /// The files and folders that the choice leaves, with a key for the contents of each file.
    func image(of choice: Choice) -> (folders: [String], files: [String: (key: FileKey, file: Int)])
    {
        var names = names
        for change in pendingNames.prefix(choice.nameCount) { Self.apply(change, to: &names) }
        var folders: [String] = []
        var found: [String: (FileKey, Int)] = [:]
        for (path, name) in names {
            switch name {
            case .folder: folders.append(path)
            case .file(let number):
                guard let file = files[number] else { continue }
                var kept: [Int: UInt64] = [:]
                for change in file.pending { kept[change.number] = choice.changes[change.number] }
                found[path] = (FileKey(file: number, version: file.version, kept: kept), number)
            }
        }
        return (folders.sorted(), found)
    }

    /// The bytes of a file under a choice.
    func contents(of number: Int, _ choice: Choice) -> Data {
        guard let file = files[number] else { return Data() }
        var data = file.safe
        for change in file.pending {
            guard let sectors = choice.changes[change.number] else { continue }
            Self.apply(change, to: &data, sectors: sectors == 0 ? nil : sectors)
        }
        return data
    }
}

/// Identifies the contents of a file, as far as they depend on the disk.
struct FileKey: Hashable {
    let file: Int
    let version: Int
    let kept: [Int: UInt64]
}

struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
    }
}
