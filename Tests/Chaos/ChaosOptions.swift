public import PrivateServer

/// How long and how hard a server is disturbed.
public struct ChaosOptions: Sendable {
    /// Decides the disturbances and their order.
    public var seed: UInt64
    /// How long it lasts; draining and verifying come after it.
    public var length: Duration
    /// It goes on beyond its length until so many processes have been killed.
    public var kills: Int
    /// The path of the `cronmill` under test.
    public var program: String
    /// The server under test.
    public var installation: ServerInstallation
    /// Whether pg_cron runs its jobs in background workers.
    public var usesWorkers = false
    /// Whether there are tasks that end their backends or sleep beyond their timeouts; after each such end a slot goes
    /// carefully for a while.
    var hasPoison = true
    /// The schedule of all processors; nil is Cronmill's default.
    public var schedule: String?
    /// The path of a Python with psycopg, in which the producers then are; nil lets them be of this project's client.
    public var python: String?
    /// Whether the server is left running when a promise was not kept.
    public var keepsServer = false

    /// Options of a run whose server is removed in any case.
    public init(seed: UInt64, length: Duration, kills: Int, program: String, installation: ServerInstallation) {
        self.seed = seed
        self.length = length
        self.kills = kills
        self.program = program
        self.installation = installation
    }
}

extension ChaosOptions {
    /// Settings of the server.
    var settings: [String: String] {
        var settings = ["max_connections": "150", "cron.max_running_jobs": "60"]
        if usesWorkers {
            // A job takes a worker process, and so do parallel queries and logical replication.
            settings["cron.use_background_workers"] = "on"
            settings["max_worker_processes"] = "80"
        }
        return settings
    }

    /// What decides a run, for people.
    var text: String {
        let mode = usesWorkers ? "background workers" : "libpq"
        let client = python == nil ? "this project's client" : "psycopg"
        return "seed \(seed), PostgreSQL \(installation.majorVersion), pg_cron with \(mode), enqueueing with \(client)"
    }
}
