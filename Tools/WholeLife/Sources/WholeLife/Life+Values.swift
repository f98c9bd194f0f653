/// Values as they occur in the real world.
extension Life {
    mutating func marker() -> String {
        madeMarkers += 1
        let digits = String(1_000_000 + madeMarkers)
        return "zq" + digits.dropFirst()
    }

    /// One of only a few texts, so that the same key occurs several times.
    mutating func keyText() -> JSON {
        var texts = [
            "alpha", "Alpha", "ALPHA", "beta", "b e t a", "café", "CAFÉ", "straße", "İx", "ix",
            "ΣΑΣ",
            "σας", "7", "07", "7.0", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota",
            "日本", "🦊", "a,b", "q\"q", "null", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8",
        ]
        if !isIgnored("D4") {
            texts += ["cafe\u{301}", "Cafe\u{301}", "A\u{30A}", "Å", "Å", "가", "가"]
        }
        let text = random.pick(texts)
        return .text(random.chance(8) ? "  \(text) " : text)
    }

    private mutating func day() -> String {
        let (year, month, day) = (2010 + random.below(80), 1 + random.below(9), random.below(10))
        return "\(year)-0\(month)-1\(day)"
    }

    mutating func value(for field: Field, _ used: inout Set<String>) -> JSON {
        if random.chance(7) { return .null }
        switch field.kind {
        case .string, .textarea:
            if field.isUnique { return keyText() }
            let word = marker()
            used.insert(word)
            switch random.below(10) {
            case 0: return .text("  \(word)\n")
            case 1: return .text("Ä \(word) é e\u{301} 🦊")
            case 2 where field.length > 1000:
                return .text(String(repeating: word + " ", count: 500 + random.below(3000)))
            case 3: return .text(String(repeating: word + "-", count: field.length / 9 + 5))
            case 4: return .text("   ")
            case 5:
                used.remove(word)
                return .text(random.pick(["7", "true", "null", "", "[]", "'", "\\"]))
            default: return .text(word)
            }
        case .email:
            let word = marker()
            used.insert(word)
            if random.chance(12) { return .text("\(word)@@x") }
            return .text("\(word)@mail.example")
        case .int:
            let edges = [2_147_483_647, -2_147_483_648, 0, 1, -1, 42, 1_000_000]
            if random.chance(6) {
                let word = marker()
                used.insert(word)
                return .text(word)
            }
            if !isIgnored("D2"), random.chance(6) {
                return .number(random.pick([2_147_483_648, -2_147_483_649, 100_200_300_400]))
            }
            return .number(Double(random.pick(edges)))
        case .double:
            let values = [0.5, 1.5, -2.25, 1e15, 123456.789, 1e-7, 1e300, 7, 9_007_199_254_740_991]
            let more: Int = random.below(3)
            return .number(random.pick(values) + Double(more))
        case .boolean: return .bool(random.chance(50))
        case .date:
            if random.chance(5) { return .text("2026-02-30") }
            return .text(day())
        case .datetime:
            return .text(day() + "T0\(random.below(10)):15:30Z")
        case .picklist:
            let text = random.pick(field.values)
            if random.chance(10) { return .text("zork") }
            if random.chance(10) { return .text(Text(text.string.uppercased())) }
            if !isIgnored("D4"), random.chance(10), text == Text("Café") {
                return .text("Cafe\u{301}")
            }
            return .text(text)
        case .reference:
            return .text(anyID(of: field.target, preferLive: 92).whole)
        }
    }

    /// An id of any record that exists or existed, and sometimes of none.
    mutating func anyID(of object: Int? = nil, preferLive: Int) -> String {
        let objects = object.map { [$0] } ?? Array(schema.objects.indices)
        let all = model.sorted().filter { objects.contains($0.object) }
        let live = all.filter { $0.state == .live }
        if !live.isEmpty, random.chance(preferLive) { return random.pick(live).id }
        if !all.isEmpty, random.chance(95) { return random.pick(all).id }
        return schema.objects[random.pick(objects)].prefix + "00000000zz" + "0\(random.below(9))"
    }

    mutating func assignments(
        of object: Int,
        isNew: Bool,
        _ used: inout Set<String>
    ) -> [Call.Assignment] {
        var result: [Call.Assignment] = []
        for field in schema.objects[object].fields {
            guard random.chance(field.isUnique ? (isNew ? 60 : 15) : 35) else { continue }
            result.append(Call.Assignment(name: field.name, value: value(for: field, &used)))
        }
        if result.isEmpty {
            let word = marker()
            used.insert(word)
            result.append(Call.Assignment(name: "V__c", value: .text(word)))
        }
        return result
    }

    /// A call, and the words in the values of each of its records.
    mutating func randomCall(_ verb: Call.Verb) -> (Call, [Set<String>]) {
        var call = Call(verb: verb)
        var words: [Set<String>] = []
        call.object = random.below(schema.objects.count)
        let count = random.chance(60) ? 1 : 1 + random.below(5)
        if verb == .upsert {
            call.by = random.pick(
                schema.objects[call.object].fields.filter { $0.isUnique && $0.kind == .string }.map(
                    \.name
                )
            )
        }
        for _ in 0..<count {
            var used: Set<String> = []
            switch verb {
            case .create:
                call.records.append(assignments(of: call.object, isNew: true, &used))
            case .update:
                let preferLive = random.chance(90) ? 100 : 50
                call.ids.append(anyID(of: call.object, preferLive: preferLive))
                call.records.append(assignments(of: call.object, isNew: false, &used))
            case .upsert:
                var record = assignments(of: call.object, isNew: true, &used)
                if !record.contains(where: { $0.name == call.by }) {
                    record.append(Call.Assignment(name: call.by!, value: keyText()))
                }
                call.records.append(record)
            case .delete, .erase: call.ids.append(anyID(preferLive: 80))
            case .undelete, .empty:
                let entries = model.sorted().filter { $0.state == .inBin && !$0.isCascaded }
                if !entries.isEmpty, random.chance(90) {
                    call.ids.append(random.pick(entries).id)
                } else {
                    call.ids.append(anyID(preferLive: 30))
                }
            }
            words.append(used)
        }
        call.allOrNone = random.chance(15)
        call.skipUnchanged = (verb == .update || verb == .upsert) && random.chance(20)
        if random.chance(options.keyPercent) {
            madeKeys += 1
            call.key = "key\(madeKeys)"
            if isIgnored("D8") {
                var trial = model
                let answers = trial.make(call, at: now, newIDs: [])
                if answers.contains(where: { !$0.isSuccess }) { call.key = nil }
            }
        }
        return (call, words)
    }
}
