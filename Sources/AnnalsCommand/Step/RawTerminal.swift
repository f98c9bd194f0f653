import Foundation

/// The terminal in a mode that reads keys, not lines; its previous mode is restored at the end.
struct RawTerminal: ~Copyable {
    private let settings: termios
    private var keys: [Key] = []

    /// - Returns: `nil` if there is no person on both ends.
    static func begin() -> RawTerminal? {
        guard isatty(STDIN_FILENO) == 1, Output.isTerminal else { return nil }
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        return RawTerminal(settings)
    }

    private init(_ settings: termios) {
        self.settings = settings
        var raw = settings
        // Signals stay enabled: Ctrl-C requests a stop as everywhere.
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
    }

    deinit {
        var settings = settings
        unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }

    /// Rows and columns; the usual ones if the terminal does not say.
    var size: (rows: Int, columns: Int) {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0,
            size.ws_col > 0
        else { return (24, 80) }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    /// Waits for a key that has a meaning.
    ///
    /// - Returns: `nil` at the end of input and when a person interrupts.
    mutating func key() -> Key? {
        while keys.isEmpty {
            var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            // The system delivers Ctrl-C to any thread, so it does not end the wait.
            while unsafe poll(&waiting, 1, 100) <= 0 {
                if Interrupt.isRequested { return nil }
            }
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = unsafe read(STDIN_FILENO, &bytes, bytes.count)
            guard count > 0 else { return nil }
            keys = Key.keys(in: bytes[..<count])
        }
        return keys.removeFirst()
    }
}

/// The meaning of a key.
enum Key: Equatable {
    case next, previous, quit

    static let help = "n next   p previous   q quit"

    /// The keys that terminals send as these bytes; those without a meaning are left out.
    static func keys(in bytes: ArraySlice<UInt8>) -> [Key] {
        var keys: [Key] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "n"), UInt8(ascii: " "), UInt8(ascii: "j"), 0x0A, 0x0D:
                keys.append(.next)
            case UInt8(ascii: "p"), UInt8(ascii: "k"), 0x08, 0x7F: keys.append(.previous)
            case UInt8(ascii: "q"), 0x04: keys.append(.quit)
            case 0x1B:
                // Arrows: ESC [ and a letter, with O for the bracket on some.
                guard let bracket = rest.first,
                    bracket == UInt8(ascii: "[") || bracket == UInt8(ascii: "O")
                else { continue }
                rest.removeFirst()
                // Numbers before the letter, for keys with modifiers.
                while let byte = rest.first, byte < 0x40 { rest.removeFirst() }
                switch rest.popFirst() {
                case UInt8(ascii: "C"), UInt8(ascii: "B"): keys.append(.next)
                case UInt8(ascii: "D"), UInt8(ascii: "A"): keys.append(.previous)
                default: break
                }
            default: break
            }
        }
        return keys
    }
}
