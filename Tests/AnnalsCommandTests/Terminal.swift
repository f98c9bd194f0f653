import Foundation

/// The built program on a terminal of its own, where a person types.
final class Terminal {
    struct Silence: Error, CustomStringConvertible {
        let awaited: String
        let shown: String
        var description: String {
            "\(awaited.debugDescription) never came: \(shown.debugDescription)"
        }
    }

    // TIOCSPTLCK and TIOCGPTN, which Swift does not import.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    private let process = Process()
    private let primary: Int32
    private let ended = AsyncStream<Void>.makeStream()
    /// Everything that was sent to the terminal.
    private(set) var shown = ""
    /// How much of it has been waited for.
    private var seen = 0
    private var bytes: [UInt8] = []

    /// - Parameter state: The folder used instead of `~/.local/state`.
    init(_ arguments: [String], state: String) throws {
        primary = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var unlocked: Int32 = 0
        var number: Int32 = -1
        guard ioctl(primary, Self.setLock, &unlocked) == 0,
            ioctl(primary, Self.getNumber, &number) == 0,
            let secondary = FileHandle(forUpdatingAtPath: "/dev/pts/\(number)")
        else { throw CocoaError(.fileReadUnknown) }
        _ = fcntl(primary, F_SETFL, O_NONBLOCK)
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = arguments
        process.environment = [
            "TERM": "xterm", "NO_COLOR": "1", "XDG_STATE_HOME": state, "HOME": state,
        ]
        process.standardInput = secondary
        process.standardOutput = secondary
        process.standardError = secondary
        let continuation = ended.continuation
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        try secondary.close()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        close(primary)
    }

    /// Whether the terminal echoes and passes input on line by line, as a shell wants it.
    var isCooked: Bool {
        var settings = termios()
        let flags = tcflag_t(ICANON | ECHO)
        return tcgetattr(primary, &settings) == 0 && settings.c_lflag & flags == flags
    }

    /// Types this, which must not happen before a prompt is there: the editor does not read earlier
    /// input.
    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(primary, bytes, bytes.count)
    }

    /// Sends what the system makes of Ctrl-C.
    func interrupt() { process.interrupt() }

    /// Waits until the program has written this, after what was waited for before.
    func wait(for text: String) async throws {
        for _ in 0..<3000 {
            read()
            let rest = shown.dropFirst(seen)
            if let range = rest.range(of: text) {
                seen = shown.distance(from: shown.startIndex, to: range.upperBound)
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Silence(awaited: text, shown: String(shown.dropFirst(seen)))
    }

    /// The exit code; a program that does not end by itself within two minutes is killed: asked to
    /// stop, it would wait for the next line.
    func status() async throws -> Int32 {
        let pid = process.processIdentifier
        let impatience = Task {
            try await Task.sleep(for: .seconds(120))
            kill(pid, SIGKILL)
        }
        for await _ in ended.stream {}
        impatience.cancel()
        read()
        return process.terminationStatus
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(primary, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        shown = String(decoding: bytes, as: UTF8.self)
    }
}
