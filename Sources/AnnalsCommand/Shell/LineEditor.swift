internal import CEdit
import Foundation
import Synchronization

/// Lines that a person types on the terminal, edited by libedit: its keys, its history, and its
/// settings in `~/.editrc` under the name annals.
///
/// libedit has one state for the process, so only one of these is made.
struct LineEditor {
    enum Input {
        case line(String)
        /// Ctrl-C: what was typed is discarded.
        case interrupted
        /// Ctrl-D.
        case end
    }

    typealias Completer = @Sendable (_ line: String, _ cursor: Int) -> [Completion.Candidate]

    /// What libedit's callback uses, to which nothing can be passed.
    private static let completer = Mutex<Completer?>(nil)

    private let history: String?
    private var last = ""

    /// - Parameters:
    ///   - history: The file of earlier lines; without it none are kept.
    ///   - completer: Called with a line and the byte offset of the cursor.
    init(history: String?, completer: @escaping Completer) {
        self.history = history
        // Non-ASCII letters are edited as letters only in a locale that has them.
        if unsafe setlocale(LC_CTYPE, "") == nil || !Self.isUTF8 {
            unsafe setlocale(LC_CTYPE, "C.UTF-8")
        }
        Self.completer.withLock { $0 = completer }
        unsafe edit_prepare(
            { _, _, _ in unsafe LineEditor.complete() },
            { _ in LineEditor.readCharacter() }
        )
        using_history()
        stifle_history(Int32(HistoryFile.lineCountMax))
        if let history { unsafe read_history(history) }
    }

    private static var isUTF8: Bool {
        unsafe nl_langinfo(Int32(CODESET)).map { unsafe String(cString: $0) } == "UTF-8"
    }

    /// Waits for a line.
    func line(prompt: String) -> Input {
        guard let line = unsafe readline(prompt) else {
            return Interrupt.isRequested ? .interrupted : .end
        }
        defer { unsafe free(line) }
        return unsafe .line(String(cString: line))
    }

    /// Keeps a line for later, in this session and the next.
    mutating func remember(_ line: String) {
        guard !line.isEmpty, line != last else { return }
        last = line
        unsafe add_history(line)
        // All of it: libedit's own append neither creates the file nor shortens it.
        if let history { unsafe write_history(history) }
    }

    /// The next character; -1 at the end of input, and when a person interrupts.
    ///
    /// The system delivers Ctrl-C to any thread, so it does not end a read that is waiting here.
    private static func readCharacter() -> Int32 {
        var decoder = UTF8.ForwardParser()
        var bytes: [UInt8] = []
        while true {
            var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            while unsafe poll(&waiting, 1, 100) <= 0 {
                if Interrupt.isRequested { return -1 }
            }
            var byte: UInt8 = 0
            guard unsafe read(STDIN_FILENO, &byte, 1) == 1 else { return -1 }
            bytes.append(byte)
            var iterator = bytes.makeIterator()
            decoder = UTF8.ForwardParser()
            if case .valid(let scalar) = decoder.parseScalar(from: &iterator) {
                return Int32(bitPattern: UTF8.decode(scalar).value)
            }
            // What is not a character is read as the byte that it is.
            if byte < 0x80 || bytes.count == 4 { return Int32(byte) }
        }
    }

    /// The common prefix of all candidates, then these; libedit frees the list and everything in
    /// it.
    private static func complete() -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard let line = unsafe edit_line().map({ unsafe String(cString: $0) }) else { return nil }
        let before = String(line.unicodeScalars.prefix(Int(edit_cursor())))
        let found = completer.withLock { $0 }?(line, before.utf8.count) ?? []
        edit_end_completion(found.count == 1 && found[0].isWhole ? 0x20 : 0)
        guard !found.isEmpty else { return nil }
        let texts = [found.commonBeginning] + found.map(\.text)
        let size = unsafe MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
        guard let memory = unsafe calloc(texts.count + 1, size) else { return nil }
        let list = unsafe memory.bindMemory(
            to: UnsafeMutablePointer<CChar>?.self,
            capacity: texts.count + 1
        )
        for (index, text) in texts.enumerated() { unsafe list[index] = strdup(text) }
        return unsafe list
    }
}

extension [Completion.Candidate] {
    /// The common prefix of all, ignoring case, as spelled in the first one.
    var commonBeginning: String {
        guard var common = first?.text else { return "" }
        for candidate in dropFirst() {
            let count = zip(common, candidate.text)
                .prefix { $0.lowercased() == $1.lowercased() }.count
            common = String(common.prefix(count))
        }
        return common
    }
}
