import Annals

/// What this program is and reads.
enum Version {
    static let text = "0.3.0"
    static let lmdb = Environment.libraryVersion
    static let format = "annals 1"
}
