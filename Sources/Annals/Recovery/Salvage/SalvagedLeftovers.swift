internal import AnnalsBytes
internal import AnnalsLog
internal import AnnalsProjections
internal import AnnalsSchema

/// What a damaged file contains in addition to its log and its rows.
struct SalvagedLeftovers {
    private(set) var storeID: String?
    private(set) var created: Timestamp?
    private(set) var covered: Timestamp?
    private(set) var epoch: UInt32 = 0
    private var views: [[UInt8]: (viewed: Int64, referenced: Int64)] = [:]
    /// Definitions of the table `schema`: they name fields where the log does not.
    private var definitions: [UInt16: (definition: ObjectType.Definition, isCurrent: Bool)] = [:]

    var codes: Set<UInt16> { Set(definitions.keys) }

    mutating func add(_ key: RawSpan, _ value: RawSpan, isCurrent: Bool) {
        switch key.byteCount {
        case 2: addDefinition(key, value, isCurrent: isCurrent)
        case 16 where value.byteCount == 20: addView(key, value)
        case 5...8: addMeta(key, value)
        default: break
        }
    }

    private mutating func addDefinition(
        _ key: RawSpan,
        _ value: RawSpan,
        isCurrent: Bool
    ) {
        guard let bytes = try? KeptValue.opened(value, key: key),
            let definition = try? ObjectType.Definition(decoding: [UInt8](copying: bytes)),
            isCurrent || definitions[definition.code] == nil
        else { return }
        definitions[definition.code] = (definition, isCurrent)
    }

    private mutating func addView(_ key: RawSpan, _ value: RawSpan) {
        do throws(Malformed) {
            let value = try KeptValue.opened(value, key: key)
            let (viewed, referenced) = (try value.int64(at: 0), try value.int64(at: 8))
            let known = views[[UInt8](copying: key), default: (.min, .min)]
            views[[UInt8](copying: key)] = (
                max(known.viewed, viewed), max(known.referenced, referenced)
            )
        } catch {
            return
        }
    }

    /// For every value in the table `meta` the newest is the greatest.
    private mutating func addMeta(_ key: RawSpan, _ value: RawSpan) {
        do throws(Malformed) {
            let name = try key.text()
            let value = try KeptValue.opened(value, key: key)
            switch name {
            case MetaKey.storeID where value.byteCount == 32:
                let text = try value.text()
                if text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
                ) {
                    storeID = text
                }
            case MetaKey.created: created = Timestamp(milliseconds: try value.int64(at: 0))
            case MetaKey.covered:
                let time = Timestamp(milliseconds: try value.int64(at: 0))
                covered = max(covered ?? time, time)
            case MetaKey.epoch: epoch = max(epoch, try value.uint32(at: 0))
            default: break
            }
        } catch {
            return
        }
    }

    /// Who saw what when, of records and users that a replay knows.
    func views(upTo replay: Replay) -> [[UInt8]: [UInt8]] {
        func isKnown(_ packed: UInt64) -> Bool {
            let key = RecordKey(packed: packed)
            return key.serial > 0 && key.serial <= replay.lastSerial(ofObject: key.object)
        }
        var sealed: [[UInt8]: [UInt8]] = [:]
        for (key, times) in views {
            guard let user = try? key.rawSpan.uint64(at: 0),
                let record = try? key.rawSpan.uint64(at: 8), isKnown(user), isKnown(record)
            else { continue }
            var value = ByteWriter(reserving: 16)
            value.append(times.viewed)
            value.append(times.referenced)
            sealed[key] = KeptValue.sealed(value.bytes, key: key)
        }
        return sealed
    }

    /// The names of objects and fields: from the log if it has them, else from the table, else
    /// those with which every store begins.
    func schema(
        _ replayed: Schema,
        _ behindGap: [UInt16: ObjectType.Definition]
    ) -> Schema {
        var all = Dictionary(
            ObjectType.Definition.standard.map { ($0.code, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for (code, known) in definitions { all[code] = known.definition }
        var objects = all.mapValues(ObjectType.init)
        for object in replayed.objects {
            // A definition that is only in the table may be newer than where the log was cut off.
            if let known = objects[object.code], known.fields.count > object.fields.count {
                continue
            }
            objects[object.code] = object
        }
        for (code, definition) in behindGap { objects[code] = ObjectType(definition) }
        return Schema(Array(objects.values))
    }
}
