import Postgres
import PrivateServer
import Testing

/// A pgbouncer in transaction mode in front of a test server, on a socket beside the server's.
struct Pooler: Sendable {
    let server: TestServer
    let port: Int

    /// Server connections for each role and database.
    static let poolSize = 3

    /// Runs `body` while the pooler runs; it ends with it, and with this process.
    static func with(_ server: TestServer, roles: [String] = [], _ body: (Pooler) async throws -> Void) async throws {
        let pooler = Pooler(server: server, port: server.port == 6432 ? 6433 : 6432)
        // As root the server's user runs it: pgbouncer refuses root, as the server does. It ends with this process, too.
        let script = """
            cd "$1" || exit
            printf '%s' "$2" >pgbouncer.ini
            printf '"%s" ""\n' $3 >pgbouncer.users
            chmod 644 pgbouncer.ini pgbouncer.users
            if [ "$(id -u)" -eq 0 ]; then
                set -- setpriv --reuid="$(stat -c %u .)" --regid="$(stat -c %g .)" --clear-groups --
            else
                set --
            fi
            "$@" /usr/sbin/pgbouncer -q pgbouncer.ini &
            pooler=$!
            trap 'kill $pooler; exit 0' TERM
            while kill -0 $PPID; do sleep 0.2; done
            kill $pooler
            """
        let users = ([server.server.superuser] + roles).joined(separator: " ")
        try await Companion.with(
            script,
            [server.socketDirectory, pooler.configuration, users],
            name: "pooler",
            isReady: pooler.answers
        ) { try await body(pooler) }
    }

    /// The environment by which `cronmill` goes through the pooler.
    var environment: [String: String] { ["DB_PORT": String(port)] }

    /// Settings that are left on the server's connections for whoever is next, but for those that the pooler itself takes
    /// care of, and advisory locks.
    func leavings(in database: String) async throws -> [String] {
        // All connections of the pool, each held by a transaction.
        var connections: [Connection] = []
        var found: [String] = []
        for _ in 1...Self.poolSize {
            let connection = try await connect(database)
            connections.append(connection)
            found += try await connection.run { session in
                try session.openTransaction()
                return try session.query(
                    """
                    select format('%s = %s', s.name, s.setting) as found
                    from pg_settings as s
                    where s.source = 'session' and s.name <> 'application_name'
                    union all
                    select format('%s lock %s, %s of a session', l.locktype, l.classid, l.objid)
                    from pg_locks as l
                    where l.locktype = 'advisory' and l.pid = pg_backend_pid()
                    union all
                    select format('cursor or statement %s', p.name) from pg_prepared_statements as p
                    """
                ).map { try $0.get("found") }
            }
        }
        for connection in connections { await connection.close() }
        return found
    }

    private func connect(_ database: String) async throws -> Connection {
        var info = server.info(database: database)
        info["port"] = String(port)
        return try await Connection.connect(info)
    }

    private func answers() async -> Bool {
        do {
            await (try connect("postgres")).close()
            return true
        } catch {
            return false
        }
    }

    private var configuration: String {
        """
        [databases]
        * = host=\(server.socketDirectory) port=\(server.port)
        [pgbouncer]
        listen_addr =
        unix_socket_dir = \(server.socketDirectory)
        listen_port = \(port)
        auth_type = trust
        auth_file = \(server.socketDirectory)/pgbouncer.users
        admin_users = \(server.server.superuser)
        pool_mode = transaction
        default_pool_size = \(Self.poolSize)
        """
    }
}
