internal import CContenders
internal import Foundation

/// A PostgreSQL server in a folder of its own, which stops when it is no longer referenced.
public final class PostgresServer: Sendable {
    /// Why there is none, including the package to install if that is the reason.
    public struct Absence: Error, CustomStringConvertible {
        public let description: String
    }

    /// The connection string for programs.
    public let connection: String
    private let folder: String
    private let sockets: String
    private let programs: String
    private let process: Int32

    /// The best settings for these works: as much memory for pages as SQLite has, few checkpoints,
    /// and nothing that starts by itself while others are being timed.
    private static let settings = """
        listen_addresses = ''
        max_connections = 8
        shared_buffers = 256MB
        max_wal_size = 8GB
        checkpoint_timeout = 1h
        wal_level = minimal
        max_wal_senders = 0
        autovacuum = off
        jit = off

        """

    /// Makes and starts a server that keeps its data in `parent`.
    public init(in parent: String) throws(Absence) {
        guard let programs = PostgresPrograms.folder, contender_postgres_is_installed() else {
            throw Absence(
                description: "PostgreSQL is left out: install the packages postgresql and libpq5"
            )
        }
        self.programs = programs
        folder = parent + "/postgresql"
        // Elsewhere, because the path of a socket has at most 107 bytes.
        sockets =
            FileManager.default.temporaryDirectory.path
            + "/annals-postgresql-\(ProcessInfo.processInfo.processIdentifier)"
        let user = "annals"
        connection = "host=\(sockets) user=\(user) dbname=postgres"
        do {
            for path in [folder, sockets] { try Self.makeFolder(path) }
            let data = folder + "/data"
            try PostgresPrograms.runUnprivileged([
                "\(programs)/initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8",
                "--locale=C", "--no-instructions",
            ])
            // Foundation waits until the last process with its files open has ended, and the server
            // keeps running: it must have none of them open.
            let closing = """
                for file in /proc/self/fd/*; do
                    number=${file##*/}
                    if [ "$number" -gt 2 ]; then eval "exec $number>&-"; fi
                done
                "$@" > /dev/null 2>&1 || { tail -n 1 "$0"; exit 1; }
                """
            let start = [
                "bash", "-c", closing, "\(folder)/log",
                "\(programs)/pg_ctl", "-D", data, "-w", "-s", "-l", "\(folder)/log", "start",
            ]
            try PostgresPrograms.runUnprivileged([
                "sh", "-c", "printf %s \"$1\" >> \"$2\"", "sh",
                Self.settings + "unix_socket_directories = '\(sockets)'\n",
                "\(data)/postgresql.conf",
            ])
            try PostgresPrograms.runUnprivileged(start)
            let file = try PostgresPrograms.runUnprivileged(["cat", "\(data)/postmaster.pid"])
            process = file.split(separator: "\n").first.flatMap { Int32($0) } ?? 0
        } catch {
            for path in [folder, sockets] { try? FileManager.default.removeItem(atPath: path) }
            let reason = (error as? PostgresPrograms.Failure)?.reason ?? error.localizedDescription
            throw Absence(description: "PostgreSQL is left out, it does not start: \(reason)")
        }
    }

    deinit {
        _ = try? PostgresPrograms.runUnprivileged([
            "\(programs)/pg_ctl", "-D", "\(folder)/data", "-w", "-s", "-m", "fast", "stop",
        ])
        for path in [folder, sockets] { try? FileManager.default.removeItem(atPath: path) }
    }

    /// What the server's processes asked the system to write.
    var writtenBytes: UInt64 { WrittenBytes.ofFamily(process) }

    /// A folder for the user that the server runs as.
    private static func makeFolder(_ path: String) throws {
        var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        if getuid() == 0 { attributes[.ownerAccountName] = "postgres" }
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: attributes
        )
    }
}
