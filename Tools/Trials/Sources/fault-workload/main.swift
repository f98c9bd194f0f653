import Annals
import Foundation

// Works on the stores below a folder, and prints a line for everything that was acknowledged or
// refused:
//
//   fault-workload SCENARIO FOLDER
//
// In the meantime the system may refuse anything. Whatever it does, the program exits with 0: a
// trap is what the trial looks for. After "opened", which means that the store was reopened, calls
// may succeed again.

func tell(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// Does one thing, and prints a line if it is refused.
func attempt<T>(
    _ name: String,
    _ body: () async throws(StoreError) -> T
) async -> T? {
    do throws(StoreError) {
        return try await body()
    } catch {
        tell("refused \(name): \(error)")
        return nil
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let scenario = Scenario(rawValue: arguments[1]) else {
    FileHandle.standardError.write(Data("usage: fault-workload SCENARIO FOLDER\n".utf8))
    exit(64)
}
await Workload(root: arguments[2]).run(scenario)
tell("end")
