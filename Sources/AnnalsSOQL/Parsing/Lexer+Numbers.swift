extension Lexer {
    /// A number, date, dateTime or time, distinguished by their shape alone.
    func number(from start: Int) -> Token {
        let end = digitsEnd(from: start)
        if end - start == 4, let dateEnd = match(Shape.monthAndDay, from: end) {
            return date(from: start, until: dateEnd)
        }
        if end - start == 2, let secondsEnd = match(Shape.minuteAndSecond, from: end),
            case .zoned(let timeEnd) = fractionAndZone(from: secondsEnd)
        {
            return Token(kind: .time, start: start, end: timeEnd)
        }
        if bytes[end] == UInt8(ascii: "."), isDigit(end + 1) {
            return Token(kind: .decimal, start: start, end: digitsEnd(from: end + 1))
        }
        return Token(kind: .integer, start: start, end: end)
    }

    /// A date, or a dateTime if a time of day follows.
    private func date(from start: Int, until end: Int) -> Token {
        guard bytes[end].foldedASCII == UInt8(ascii: "t"), isDigit(end + 1) else {
            return Token(kind: .date, start: start, end: end)
        }
        guard let secondsEnd = match(Shape.timeOfDay, from: end + 1) else {
            return Token(kind: .broken, start: start, end: mismatch(Shape.timeOfDay, from: end + 1))
        }
        switch fractionAndZone(from: secondsEnd) {
        case .zoned(let zoneEnd): return Token(kind: .dateTime, start: start, end: zoneEnd)
        case .broken(let place): return Token(kind: .broken, start: start, end: place)
        }
    }

    private enum Zone {
        case zoned(until: Int)
        case broken(at: Int)
    }

    private func fractionAndZone(from start: Int) -> Zone {
        var place = start
        if bytes[place] == UInt8(ascii: ".") {
            guard isDigit(place + 1) else { return .broken(at: place + 1) }
            place = digitsEnd(from: place + 1)
        }
        switch bytes[place] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): return .zoned(until: place + 1)
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            if let end = match(Shape.zone, from: place + 1) { return .zoned(until: end) }
            if let end = match(Shape.plainZone, from: place + 1) { return .zoned(until: end) }
            return .broken(at: place + 1)
        default: return .broken(at: place)
        }
    }

    /// The end of the text that matches `shape`.
    private func match(_ shape: [UInt8], from start: Int) -> Int? {
        let end = mismatch(shape, from: start)
        return end - start == shape.count ? end : nil
    }

    /// The first place where the text does not match `shape`.
    private func mismatch(_ shape: [UInt8], from start: Int) -> Int {
        var place = start
        for wanted in shape {
            let fits = wanted == UInt8(ascii: "0") ? isDigit(place) : bytes[place] == wanted
            guard fits else { return place }
            place += 1
        }
        return place
    }

    func digitsEnd(from start: Int) -> Int {
        var place = start
        while isDigit(place) { place += 1 }
        return place
    }

    private func isDigit(_ place: Int) -> Bool { bytes[place] &- UInt8(ascii: "0") < 10 }
}

/// The shapes of the parts of dates and times; a `0` stands for any digit.
private enum Shape {
    static let monthAndDay = Array("-00-00".utf8)
    static let minuteAndSecond = Array(":00:00".utf8)
    static let timeOfDay = Array("00:00:00".utf8)
    static let zone = Array("00:00".utf8)
    static let plainZone = Array("0000".utf8)
}
