internal import Postgres

/// What check-permissions knows of both sides: read once, then judged by pure functions.
struct PermissionInspection: Sendable {
    var cron: CronFacts
    var works: [WorkFacts] = []
    var roles: [String: RoleFacts] = [:]
}

/// The server, pg_cron and the registry.
struct CronFacts: Sendable {
    var database: String
    var user: String
    var isSuperuser: Bool
    /// Owner of the registry; nil where there is none.
    var owner: String?
    var extensionVersion: String?
    /// The version the installed files have.
    var availableVersion: String?
    var configuredDatabase: String?
    /// As it is set; nil if it cannot be read.
    var preloadLibraries: String?
    var usesBackgroundWorkers: Bool?
    var logsRuns: Bool?
    var host: String?
    var port: String
    var maxConnections: Int
    var reservedConnections: Int
    var maxWorkerProcesses: Int
    var maxParallelWorkers = 0
    var capacity: Capacity?
    var jobs: [JobFacts] = []
    /// All databases of the instance, with their owners.
    var databases: [String: String] = [:]
    var privileges = PrivilegeFacts()
    /// Link role by work database.
    var links: [String: String] = [:]
    /// Run-as roles by work database.
    var permitted: [String: [String]] = [:]
    /// Run-as roles whose runs the registry's owner may not cancel.
    var uncancellable: Set<String> = []
    /// What the registry says somebody could do harm with.
    var dangers: [PermissionFinding] = []
    /// What is to be known of the same, and is not wrong.
    var cautions: [String] = []
    /// pg_hba.conf as the server reads it; nil if it cannot be read.
    var authentication: [AuthenticationRule]?
    var authenticationFile: String?

    /// Whether the registry acts for all roles, or through functions of each of them.
    func isOwnedBySuperuser(_ roles: [String: RoleFacts]) -> Bool {
        owner.flatMap { roles[$0] }?.isSuperuser ?? isSuperuser
    }
}

/// A job of cron.job.
struct JobFacts: Sendable {
    var jobid: Int64
    var role: String
    var database: String
    var isActive: Bool
    /// The processor it is of, if it is ours.
    var processor: String?
    /// Address it is run at; nil if that cannot be read.
    var host: String?
    var lastMessage: String?
    var lastStatus: String?
}

/// A role of the server.
struct RoleFacts: Sendable {
    var name: String
    var canLogin = true
    var isSuperuser = false
    var isCreator = false
    /// Attributes it has that a link has no use for: `createrole`, `createdb`, `replication`, `bypassrls`.
    var attributes: [String] = []
    /// Roles it is a direct member of.
    var memberOf: [String] = []
    /// Of the databases looked at, those it may connect to.
    var connectable: Set<String> = []
}

/// Privileges in our schemas of one database.
struct PrivilegeFacts: Sendable {
    struct Wanted: Sendable, Hashable {
        var role: String
        var part: String
        /// As in `grant <target> to <role>`.
        var target: String
        /// Whether the role has it, if not by a grant of its own.
        var isHeld = false
    }

    struct Granted: Sendable, Hashable {
        var role: String
        var target: String
    }

    var wanted: [Wanted] = []
    var granted: [Granted] = []
}

/// A work database.
struct WorkFacts: Sendable {
    var database: String
    var user: String
    var isSuperuser: Bool
    var owner: String
    var isLinked: Bool
    var linkRole: String?
    /// `host`, `port` and `dbname` of the link's server.
    var linkOptions: [String: String] = [:]
    /// What happened when the link was tried; nil if it works or could not be tried.
    var linkError: String?
    /// What tells the reason apart, whatever the language of the message.
    var linkState: SQLState?
    var isLinkTried = false
    var processors: [ProcessorFacts] = []
    var privileges = PrivilegeFacts()
    var ownerMayUseWrapper = true
    /// Whether any of its processors sleeps.
    var hasSleepers = false
    /// The statements that let its owner wake them; nil if nothing is needed.
    var ringRemedy: String?
    /// What keeps runs from what they have to do.
    var unfitDefaults: [UnfitDefault] = []
}

/// A processor and what its handler needs.
struct ProcessorFacts: Sendable {
    var name: String
    var runAs: String
    var isEnabled: Bool
    var handler: String
    /// Where a query processor keeps its results.
    var resultTable: String?
    var handlerSchema: String?
    var handlerOwner: String?
    var schemaOwner: String?
    var mayUseSchema = true
    var mayExecute = true
    var slots = 1
    /// Schemas the handler finds names in, in which everybody may make objects, and their owners.
    var openSchemas: [String: String] = [:]
    /// What is wrong with its table of results, and what ends it.
    var resultsFault: (text: String, remedy: String?)?
}

/// A line of pg_hba.conf.
struct AuthenticationRule: Sendable {
    var line: Int
    /// `local`, `host`, `hostssl`, `hostnossl` ...
    var type: String
    var databases: [String]
    var users: [String]
    /// For a host line: whether it is about 127.0.0.1.
    var coversLoopback: Bool
    var method: String
    var options: [String]
}
