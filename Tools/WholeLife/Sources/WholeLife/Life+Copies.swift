import Glibc

/// Archives, snapshots, and stores that are made from them.
extension Life {
    private mutating func newArchiveFolder() -> String {
        archiveFolder += 1
        return "\(folder)/archive\(archiveFolder)"
    }

    mutating func archive() throws(Finding) {
        let known = archives.last
        let path = known?.path ?? newArchiveFolder()
        let arguments = ["archive", store, path, "--json"]
        let ended = try annals(arguments)
        let fits = known?.history.isBeginning(of: history) ?? true
        if ended.code != 0 {
            guard !fits else { throw failed(ended, arguments) }
            // As Recovering advises: after a restore to an earlier moment, begin a new folder.
            let other = newArchiveFolder()
            _ = try must(["archive", store, other, "--json"])
            archives.append(try archived(other))
        } else if known == nil {
            archives.append(try archived(path))
        } else if fits {
            let last = archives.count - 1
            archives[last].history = history
            archives[last].epoch = try archived(path).epoch
        } else {
            throw Finding(kind: "an archive takes another branch", text: path)
        }
        if archives.count > 3 { Files.remove(archives.removeFirst().path) }
        try look(for: model, in: archives[archives.count - 1].path, "an archive")
    }

    private mutating func archived(_ path: String) throws(Finding) -> Copied {
        // A call that wrote no event may have begun an epoch: only the store knows of it.
        let epoch = try info(store)["epoch"].int ?? 0
        return Copied(
            path: path,
            isArchive: true,
            history: history,
            beginsAt: horizon,
            epoch: epoch
        )
    }

    /// Copies the archive as an object store would: a file whose name is already there is never
    /// copied again.
    mutating func carryAway() throws(Finding) {
        guard let archive = archives.last, !isIgnored("O4") else { return }
        let path = folder + "/mirror-of-" + (archive.path.split(separator: "/").last ?? "")
        if mirror?.path != path, let old = mirror?.path { Files.remove(old) }
        Files.makeFolder(path)
        let names = Files.names(in: archive.path).filter { $0.hasSuffix(".segment") }
        for name in Files.names(in: path) where !names.contains(name) {
            Files.remove(path + "/" + name)
        }
        for name in names where !Files.exists(path + "/" + name) {
            Files.copy(archive.path + "/" + name, path + "/" + name)
        }
        mirror = Copied(
            path: path,
            isArchive: true,
            history: archive.history,
            isPruned: archive.isPruned,
            beginsAt: archive.beginsAt,
            epoch: archive.epoch
        )
        try look(for: archive.history.model, in: path, "a copy of an archive")
    }

    mutating func snapshot() throws(Finding) {
        if snapshotFolder == 0 { snapshotFolder = 1 }
        if isIgnored("O3"), let last = snapshots.last, !last.history.isBeginning(of: history) {
            // Another folder for another branch.
            for snapshot in snapshots { Files.remove(snapshot.path) }
            snapshots = []
            snapshotFolder += 1
        }
        let path = "\(folder)/snapshots\(snapshotFolder)"
        let before = Files.names(in: path)
        let ended = try annals(["snapshot", "create", store, path, "--json"])
        if ended.code != 0 {
            let isMixed = snapshots.contains { !$0.history.isBeginning(of: history) }
            guard isMixed else { throw failed(ended, ["snapshot create"]) }
            snapshotFolder += 1
            let other = "\(folder)/snapshots\(snapshotFolder)"
            _ = try must(["snapshot", "create", store, other, "--json"])
            try took(Files.names(in: other).map { other + "/" + $0 })
            return
        }
        let names = Files.names(in: path).filter {
            !before.contains($0) && $0.hasPrefix("snapshot-")
        }
        if names.isEmpty, let made = ended.lines.first?["path"].string,
            let index = snapshots.firstIndex(where: { $0.path == made })
        {
            // A snapshot of the same moment, from before a restore, is replaced by one that knows
            // of the restore.
            snapshots[index].epoch = max(snapshots[index].epoch, history.nextEpoch)
        }
        try took(names.map { path + "/" + $0 })
        if snapshots.count > 6 { Files.remove(snapshots.removeFirst().path) }
    }

    private mutating func took(_ paths: [String]) throws(Finding) {
        for path in paths {
            snapshots.append(
                Copied(
                    path: path,
                    isArchive: false,
                    history: history,
                    beginsAt: horizon,
                    epoch: history.nextEpoch
                )
            )
            try look(for: model, in: path, "a new snapshot")
        }
        if paths.isEmpty,
            !snapshots.contains(where: { $0.history.last.number == history.last.number })
        {
            // Refused calls may have left transactions without events.
            let isThere = snapshots.contains { $0.history.last.position == history.last.position }
            if !isThere { throw Finding(kind: "no snapshot was taken", text: "") }
        }
    }

    private var inSnapshotFolder: [Copied] {
        snapshots.filter { $0.path.hasPrefix("\(folder)/snapshots\(snapshotFolder)/") }
    }

    mutating func prune() throws(Finding) {
        let here = inSnapshotFolder
        guard !here.isEmpty else { return }
        let path = "\(folder)/snapshots\(snapshotFolder)"
        var arguments = [
            "snapshot", "prune", path, "--keep", "\(1 + random.below(2))", "--keep-days", "0",
            "--now",
            Times.text(now + 400 * 86_400_000), "--json",
        ]
        let archive = random.chance(70) ? archives.last : nil
        if let archive { arguments += ["--archive", archive.path] }
        let isMixed =
            zip(here, here.dropFirst()).contains {
                !$0.history.isBeginning(of: $1.history) && !$1.history.isBeginning(of: $0.history)
            }
            || archive.map { archive in
                here.contains {
                    !$0.history.isBeginning(of: archive.history)
                        && !archive.history.isBeginning(of: $0.history)
                }
            } ?? false
        let before = Outcome.restoring(here, toPosition: nil, nextNumber: 0)
        let ended = try annals(arguments)
        if ended.code != 0 {
            guard isMixed || horizon > 0 else { throw failed(ended, arguments) }
            return
        }
        snapshots.removeAll { !Files.exists($0.path) }
        if archive != nil { archives[archives.count - 1].isPruned = true }
        // The newest one of the current branch is kept.
        guard case .made(let newest) = before else { return }
        let number = newest.points.last { point in
            here.contains { $0.history.last.number == point.number }
        }?.number
        if let number, !inSnapshotFolder.contains(where: { $0.history.last.number == number }) {
            throw Finding(
                kind: "pruning removed the newest snapshot of the living branch",
                text: "\(Files.names(in: path))"
            )
        }
    }

    mutating func restore() throws(Finding) {
        var sources: [Copied] = []
        var arguments: [String] = []
        let here = inSnapshotFolder
        var archive = archives.isEmpty ? nil : Optional(random.pick(archives))
        if let mirror, random.chance(40) { archive = mirror }
        let takesSnapshots =
            !here.isEmpty && (random.chance(50) || archive == nil || archive!.isPruned)
        let takesArchive = archive != nil && (random.chance(65) || !takesSnapshots)
        if takesSnapshots {
            sources += here
            arguments += ["--snapshot", "\(folder)/snapshots\(snapshotFolder)"]
        }
        if takesArchive, let archive {
            sources.append(archive)
            arguments += ["--archive", archive.path]
        }
        guard !sources.isEmpty else { return }
        var position: Int?
        let newest = sources.max { $0.history.points.count < $1.history.points.count }!
        if random.chance(65) {
            let points = newest.history.points
            position = random.pick(points).position + (random.chance(10) ? 1 : 0)
        }
        let outcome = Outcome.restoring(sources, toPosition: position, nextNumber: lastNumber + 1)
        if isIgnored("D1"), case .made(let made) = outcome,
            sources.contains(where: {
                !$0.history.model.erased.subtracting(made.model.erased).isEmpty
            })
                || !made.model.withheld.isEmpty
        {
            return
        }
        let isMixed = sources.contains { one in
            sources.contains {
                !one.history.isBeginning(of: $0.history) && !$0.history.isBeginning(of: one.history)
            }
        }
        if isMixed, isIgnored("O3") { return }
        if let position { arguments += ["--to-position", "\(position)"] }
        let target = folder + "/restored"
        Files.remove(target)
        let ended = try annals(["restore", target] + arguments + ["--json"])
        lastNumber += 1
        switch outcome {
        case .made(let made):
            guard ended.code == 0 else {
                let isPartial =
                    sources.contains { $0.beginsAt > 0 || $0.isPruned } && !takesSnapshots
                if isMixed || isPartial || horizon > 0 { return count("restores refused") }
                throw failed(ended, ["restore"] + arguments)
            }
            count("restores")
            guard ended.lines.first?["epoch"].int == made.nextEpoch else {
                throw Finding(
                    kind: "the epoch of a restored store",
                    text: "\(ended.lines.map(\.written)), expected \(made.nextEpoch)"
                )
            }
            try compareRestored(target, made, sources, isMixed)
        case .refused, .undecided:
            guard ended.code != 0 else {
                throw Finding(
                    kind: "a restore that cannot be",
                    text: "\(arguments): \(ended.lines.map(\.written))"
                )
            }
        }
        Files.remove(target)
    }

    private mutating func compareRestored(
        _ target: String,
        _ made: History,
        _ sources: [Copied],
        _ isMixed: Bool
    ) throws(Finding) {
        let info = try info(target)
        let position = info["lastPosition"].int ?? 0
        var made = made
        let isWithholding = !made.model.withheld.isEmpty
        guard position == made.last.position else {
            throw Finding(
                kind: isMixed ? "a restore took another branch" : "a restore ends elsewhere",
                text: "\(position), expected \(made.last.position)"
            )
        }
        var model = made.model
        model.lastTime = max(model.lastTime, Times.milliseconds(info["lastTime"].string ?? ""))
        made.points[made.points.count - 1] = Point(
            number: made.last.number,
            position: position,
            time: model.lastTime,
            epoch: info["epoch"].int ?? made.last.epoch,
            model: model
        )
        var kept = horizon
        horizon = info["horizon"].int ?? 0
        defer { horizon = kept }
        do {
            try compareAll(target, made)
        } catch {
            throw Finding(
                kind: isMixed
                    ? "a restore took another branch"
                    : isWithholding
                        ? "restored to before an erasure: \(error.kind)"
                        : "restored: \(error.kind)",
                text: error.text
            )
        }
        try maintain(["verify", target, "--json"])
        if !isIgnored("O10") { try look(for: made.model, in: target, "a restored store") }
        guard random.chance(60) else { return }
        // The life continues with it, in the same folders.
        count("goes on restored")
        try detach()
        Files.remove(store)
        rename(target, store)
        history = made
        kept = horizon
        isCompacted = true
    }

    mutating func replayToStore() throws(Finding) {
        guard horizon == 0 else { return }
        let index = random.below(history.points.count)
        let target = folder + "/replayed"
        Files.remove(target)
        let position = history.points[index].position
        _ = try must(["replay", store, "--to", "\(position)", "--to-store", target])
        // What was erased later is tested elsewhere.
        if model.takings == history.points[index].model.takings {
            let clock = now
            defer { now = clock }
            do {
                try compareRows(target, history.prefix(through: index))
            } catch { throw Finding(kind: "replayed: \(error.kind)", text: error.text) }
        }
        try look(for: model, in: target, "a replayed store")
        Files.remove(target)
    }

    // MARK: erased words

    /// Looks through every byte for values of records that were erased.
    mutating func look(for model: Model, in path: String, _ what: String) throws(Finding) {
        guard !model.erased.isEmpty else { return }
        count("searches for erased words")
        var words: Set<[UInt8]> = []
        for id in model.erased {
            let late = model.withheld.contains(id) ? lateMarkers[id] ?? [] : []
            for word in (markers[id] ?? []).subtracting(late) { words.insert(Array(word.utf8)) }
        }
        for file in Files.isFolder(path) ? Files.all(below: path) : [path] {
            if isIgnored("O5"), file.contains("/rebuild/") { continue }
            guard let bytes = Files.read(file) else { continue }
            var all = [bytes]
            if file.hasSuffix(".segment") { all += unfolded(file, bytes) }
            for bytes in all {
                if let word = Self.first(of: words, in: bytes) {
                    throw Finding(
                        kind: "an erased word is in \(what)",
                        text: "\(word) in \(file.replacing(folder, with: "."))"
                    )
                }
            }
        }
    }

    private static func first(of words: Set<[UInt8]>, in bytes: [UInt8]) -> String? {
        // A word is "zq" and six digits.
        var place = 0
        while place + 8 <= bytes.count {
            if bytes[place] == UInt8(ascii: "z"), bytes[place + 1] == UInt8(ascii: "q") {
                let word = Array(bytes[place..<place + 8])
                if words.contains(word) { return String(decoding: word, as: UTF8.self) }
            }
            place += 1
        }
        return nil
    }

    /// The decompressed zstd frames of a segment.
    private mutating func unfolded(_ path: String, _ bytes: [UInt8]) -> [[UInt8]] {
        let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        var result: [[UInt8]] = []
        for place in 0..<max(0, bytes.count - 4)
        where bytes[place] == 0x28 && Array(bytes[place..<place + 4]) == magic {
            let ended = programs.run(
                ["/usr/bin/zstd", "-dcq", "--no-check"],
                input: Array(bytes[place...])
            )
            if !ended.output.isEmpty { result.append(ended.output) }
        }
        return result
    }
}
