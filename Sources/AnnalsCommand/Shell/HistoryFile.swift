import Foundation

/// Where the lines that a person has typed are kept for the next time.
enum HistoryFile {
    static let lineCountMax = 1000

    /// `annals/history` in `$XDG_STATE_HOME`, which is `~/.local/state` if it is not set; `nil` if
    /// there is no such place.
    static func path(in environment: [String: String]) -> String? {
        // A path that is not absolute is to be ignored, by the XDG base directory specification.
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            return state + "/annals/history"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.local/state/annals/history"
    }

    /// The path, in an existing folder that only this user can see.
    static func prepared(in environment: [String: String]) -> String? {
        guard let path = path(in: environment) else { return nil }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            // A history is a convenience: the shell works without it.
            return nil
        }
        return path
    }
}
