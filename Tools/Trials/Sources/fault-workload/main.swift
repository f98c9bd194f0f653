import Annals
import Foundation

// Works on the stores below a folder, and tells on a line each what was acknowledged and what was
// refused:
//
//   fault-workload SCENARIO FOLDER
//
// The system may refuse anything meanwhile. Whatever it does, the program ends with 0: a trap is what
// is looked for. "opened" begins a new life of the store, after which calls may succeed again.

func tell(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

/// Does one thing, and tells of it if it is refused.
func attempt<T>(_ name: String, _ body: () throws(StoreError) -> T) -> T? {
    do throws(StoreError) {
        return try body()
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
