import Annals
import AnnalsTestSupport
import Foundation
import Testing

/// Runs `body` while another process has the store open for reading.
func whileRead<T>(
    _ path: String,
    _ body: () async throws -> T
) async throws -> T {
    let scratch = Scratch()
    let (ready, done) = (scratch("ready"), scratch("done"))
    async let reader: Void = readElsewhere(path, ready, done)
    while !FileManager.default.fileExists(atPath: ready) {
        try await Task.sleep(for: .milliseconds(5))
    }
    let result: Result<T, any Error>
    do {
        result = .success(try await body())
    } catch {
        result = .failure(error)
    }
    try Data().write(to: URL(filePath: done))
    await reader
    return try result.get()
}

private func readElsewhere(_ path: String, _ ready: String, _ done: String) async {
    await #expect(processExitsWith: .success) {
        [path = path as String, ready = ready as String, done = done as String] in
        var configuration = RecordStore.Configuration()
        configuration.isReadOnly = true
        let store = try RecordStore(at: path, configuration: configuration)
        _ = try store.info()
        try Data().write(to: URL(filePath: ready))
        while !FileManager.default.fileExists(atPath: done) { usleep(5000) }
        _ = try store.info()
    }
}

/// A store for reading.
func reader(of path: String) throws -> RecordStore {
    var configuration = RecordStore.Configuration()
    configuration.isReadOnly = true
    return try RecordStore(at: path, configuration: configuration)
}
