import Glibc

/// The output of a program, and how it ended.
struct Ended {
    /// The exit code, or 128 plus the number of a signal.
    var code: Int
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var isLate = false

    var lines: [JSON] { JSON.lines(output) }
    var errorText: String { String(decoding: errors.prefix(600), as: UTF8.self) }
    var wasKilled: Bool { code == 128 + Int(SIGKILL) }
    /// The code of a failure, such as LOCKED_BY_ANOTHER_PROCESS.
    var failure: String? { JSON.lines(errors).lazy.compactMap { $0["error"]["code"].string }.first }
}

/// A running program.
struct Running {
    let pid: pid_t
    let output: String
    let errors: String

    /// Waits for its end; if that takes too long it is killed, and the result is "late".
    func wait(seconds: Double = 60) -> Ended {
        let start = Clock.monotonic()
        var status: Int32 = 0
        var nap: UInt32 = 200
        var isLate = false
        while waitpid(pid, &status, WNOHANG) == 0 {
            if !isLate, Clock.monotonic() - start > seconds {
                isLate = true
                kill(pid, SIGKILL)
            }
            usleep(nap)
            nap = min(nap * 2, 4000)
        }
        let signal = Int(status & 0x7F)
        let code = signal == 0 ? Int((status >> 8) & 0xFF) : 128 + signal
        let ended = Ended(
            code: code,
            output: Files.read(output) ?? [],
            errors: Files.read(errors) ?? [],
            isLate: isLate
        )
        unlink(output)
        unlink(errors)
        return ended
    }

    var isRunning: Bool { kill(pid, 0) == 0 && waitpid(pid, nil, WNOHANG) == 0 }
}

enum Clock {
    static func milliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    static func monotonic() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Starts programs, whose output goes to files in a scratch folder.
struct Programs {
    let scratch: String
    private(set) var count = 0

    init(scratch: String) { self.scratch = scratch }

    mutating func start(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: [UInt8]? = nil
    ) -> Running {
        count += 1
        let base = "\(scratch)/run\(count)"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var inputPath = "/dev/null"
        if let input {
            inputPath = base + ".in"
            Files.write(input, inputPath)
        }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, inputPath, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, base + ".out", flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, base + ".err", flags, 0o600)
        var variables = ["PATH=/usr/bin:/bin", "HOME=\(scratch)", "TZ=UTC", "LANG=C.UTF-8"]
        variables += environment.map { "\($0.key)=\($0.value)" }.sorted()
        if let paths = getenv("LD_LIBRARY_PATH") {
            variables.append("LD_LIBRARY_PATH=\(String(cString: paths))")
        }
        let arguments = arguments.map { strdup($0) } + [nil]
        let strings = variables.map { strdup($0) } + [nil]
        defer { for text in arguments + strings { free(text) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, arguments[0]!, &actions, nil, arguments, strings)
        precondition(error == 0, "a program can be started")
        if input != nil {
            // The program has the file open.
            pendingInputs.append(inputPath)
        }
        return Running(pid: pid, output: base + ".out", errors: base + ".err")
    }

    var pendingInputs: [String] = []

    mutating func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: [UInt8]? = nil,
        seconds: Double = 60
    ) -> Ended {
        let ended = start(arguments, environment: environment, input: input).wait(seconds: seconds)
        for path in pendingInputs { unlink(path) }
        pendingInputs = []
        return ended
    }
}

package enum Files {
    static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        fstat(file, &status)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress! + filled, $0.count - filled)
            }
            if count <= 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    static func write(_ bytes: [UInt8], _ path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress! + written, $0.count - written)
            }
            if count <= 0 { break }
            written += count
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Every file below a folder.
    static func all(below folder: String) -> [String] {
        names(in: folder).flatMap { name -> [String] in
            let path = folder + "/" + name
            return isFolder(path) ? all(below: path) : [path]
        }
    }

    package static func remove(_ path: String) {
        if isFolder(path) {
            for name in names(in: path) { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    package static func makeFolder(_ path: String) { mkdir(path, 0o700) }

    /// Copies a folder as `cp -r` would: bytes only.
    static func copy(_ from: String, _ to: String) {
        if isFolder(from) {
            makeFolder(to)
            for name in names(in: from) { copy(from + "/" + name, to + "/" + name) }
        } else if let bytes = read(from) {
            write(bytes, to)
        }
    }
}
