internal import Foundation

// Does one thing many times, so that its instructions can be counted:
//
//   hot-paths PATH COUNT STORE
//
// "fill" makes the store, with COUNT requests. The others open it and do their work, in calls of
// 200 records if they write. What they do depends only on COUNT.

let arguments = CommandLine.arguments
guard arguments.count == 4, let count = Int(arguments[2]) else {
    FileHandle.standardError.write(Data("usage: hot-paths PATH COUNT STORE\n".utf8))
    exit(64)
}
// Not awaited here: valgrind does not survive the way in which the main thread of an asynchronous
// program ends.
let path = arguments[1], store = arguments[3]
let ended = DispatchSemaphore(value: 0)
Task.detached {
    do {
        try await HotPaths.run(path, count, store)
    } catch {
        FileHandle.standardError.write(Data("\(error)\n".utf8))
        exit(1)
    }
    ended.signal()
}
ended.wait()
