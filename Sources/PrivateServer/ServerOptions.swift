/// How a private server is to be set up.
public struct ServerOptions: Sendable {
    /// The database in which pg_cron works (`cron.database_name`).
    ///
    /// The server starts without it; pg_cron then tries again every second until someone has created it.
    public var cronDatabase: String
    /// More settings for `postgresql.conf`; they win over the ones a private server has by itself.
    ///
    /// Values are plain text, quoting is done for them. The settings that other options or the private place of
    /// the server decide (`port`, `listen_addresses`, `unix_socket_directories`, `cron.database_name`) are refused.
    public var settings: [String: String]
    /// Lines for `pg_hba.conf`, put before its last line, which is `local all all trust`.
    public var hostAuthentication: [String]
    /// Whether the server also listens on a free TCP port of 127.0.0.1.
    ///
    /// Nobody gets in that way without a `host` line in `hostAuthentication`.
    public var listensOnLoopback: Bool
    /// Whether the server outlives this process, until somebody runs `PrivateServer.stopCommand`.
    public var keepsRunning: Bool
    /// The name of the first role.
    public var superuser: String
    /// What the server begins with.
    public var origin: Origin
    /// More options for `initdb`, which win: `--locale=tr_TR.UTF-8`. Without blanks in them.
    public var initialization: [String]

    /// What a private server begins with.
    public enum Origin: Sendable {
        /// Nothing.
        case empty
        /// A base backup of a running one, made by `pg_basebackup`; its superuser has to be of the same name, and its
        /// `hostAuthentication` has to have `local replication all trust`.
        case copy(of: PrivateServer)
        /// The same, and from then on what the other one streams, until `promote()`.
        case standby(of: PrivateServer)

        var source: PrivateServer? {
            switch self {
            case .empty: nil
            case .copy(let source), .standby(let source): source
            }
        }
    }

    /// Options of a server that only its socket directory leads to, and that ends with this process.
    public init(
        cronDatabase: String = "postgres",
        settings: [String: String] = [:],
        hostAuthentication: [String] = [],
        listensOnLoopback: Bool = false,
        keepsRunning: Bool = false,
        superuser: String = "postgres",
        origin: Origin = .empty,
        initialization: [String] = []
    ) {
        self.cronDatabase = cronDatabase
        self.settings = settings
        self.hostAuthentication = hostAuthentication
        self.listensOnLoopback = listensOnLoopback
        self.keepsRunning = keepsRunning
        self.superuser = superuser
        self.origin = origin
        self.initialization = initialization
    }
}
