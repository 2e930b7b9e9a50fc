/// A throw-away PostgreSQL server with pg_cron, in a temporary directory of its own.
///
/// It touches no other cluster or service of the machine. Only its socket leads to it, and the directory of that
/// socket is closed to other users. It ends with `stop()`, or by itself when this process ends, however it ends:
///
///     let installation = try ServerInstallation.newestWithCron()
///     let server = try await PrivateServer.start(installation, options: ServerOptions())
///     // psql -h <socketDirectory> -p <port> -U <superuser>
///     await server.stop()
///
/// The extension is preloaded but not created: `create extension pg_cron` is the caller's to say.
public final class PrivateServer: Sendable {
    /// The directory with everything of the server in it.
    public let directory: String
    /// The directory of the server's socket, to be used as its host name.
    public let socketDirectory: String
    /// The port, which without TCP is only a part of the socket's name.
    public let port: Int
    /// The name of the first role, which may connect without a password.
    public let superuser: String

    /// The server's log.
    public var logPath: String { files.serverLogPath }

    /// A line for any shell that restarts the server in good order and waits until it accepts connections, for the user
    /// who started it.
    public let restartCommand: String

    private let files: ServerDirectory
    private let keeper: ServerKeeper

    private init(
        files: ServerDirectory,
        keeper: ServerKeeper,
        installation: ServerInstallation,
        account: ServerAccount?,
        port: Int,
        superuser: String
    ) {
        self.files = files
        self.keeper = keeper
        self.port = port
        self.superuser = superuser
        directory = files.path
        // With nothing of the caller's environment, as the keeper starts it.
        let control =
            "\(installation.binDirectory)/pg_ctl -D \(files.path)/data -l \(files.serverLogPath) -m fast -w restart"
        restartCommand =
            "cd / && " + (account?.prefix ?? []).joined(separator: " ")
            + " env -i PATH=/usr/bin:/bin HOME=\(files.path) \(control) >/dev/null"
        socketDirectory = files.path
    }

    /// Makes a new server and waits until it accepts connections; about a second.
    ///
    /// As root the server runs as the user `postgres`, or `nobody` where there is none.
    ///
    /// - Throws: `PrivateServerError` with the end of the server's log, or `CancellationError`. Nothing is left
    ///   behind in either case.
    public static func start(
        _ installation: ServerInstallation,
        options: ServerOptions = ServerOptions()
    ) async throws -> PrivateServer {
        let account = try ServerAccount.needed()
        let files = try ServerDirectory(for: account)
        let keeper: ServerKeeper
        do {
            keeper = try ServerKeeper(
                directory: files.path,
                installation: installation,
                superuser: options.superuser,
                account: account,
                origin: options.origin,
                initialization: options.initialization
            )
        } catch {
            files.removeUnused()
            throw error
        }
        do {
            let port = try await setUp(files, with: keeper, installation: installation, options: options)
            return PrivateServer(
                files: files,
                keeper: keeper,
                installation: installation,
                account: account,
                port: port,
                superuser: options.superuser
            )
        } catch {
            try await clean(files, with: keeper)
            throw error
        }
    }

    /// Restarts the server, as an orderly shutdown or as a crash, and waits until it accepts connections again.
    ///
    /// - Parameter immediate: true ends the server without a checkpoint, so that it starts with crash recovery.
    /// - Throws: `PrivateServerError` with the end of the server's log.
    public func restart(immediate: Bool) async throws {
        guard await keeper.perform(immediate ? .restartImmediate : .restartFast) else {
            throw PrivateServerError("the private server did not restart\(files.logTail())")
        }
    }

    /// Kills the postmaster with SIGKILL, starts the server again, and waits until it accepts connections.
    ///
    /// Its backends are not told; each ends when it notices, and those that have not after two seconds are killed.
    ///
    /// - Throws: `PrivateServerError` with the end of the server's log.
    public func crash() async throws {
        guard await keeper.perform(.crash) else {
            throw PrivateServerError("the private server did not start after a crash\(files.logTail())")
        }
    }

    /// Kills all processes of the server with SIGKILL and does not start it again, as if its machine had lost its power.
    ///
    /// - Throws: `PrivateServerError` if it does not run.
    public func cut() async throws {
        guard await keeper.perform(.cut) else {
            throw PrivateServerError("the private server cannot be killed\(files.logTail())")
        }
    }

    /// Ends the standby's recovery, and waits until it accepts changes.
    ///
    /// - Throws: `PrivateServerError` if it is not a running standby.
    public func promote() async throws {
        guard await keeper.perform(.promote) else {
            throw PrivateServerError("the private server cannot be promoted\(files.logTail())")
        }
    }

    /// Lets the server outlive this process from now on, until `stop()` or somebody who runs `stopCommand`.
    ///
    /// Unlike `ServerOptions.keepsRunning` it can be said late: until then the server ends with this process.
    ///
    /// - Throws: `PrivateServerError`
    public func keepRunning() async throws {
        guard await keeper.perform(.keep) else {
            throw PrivateServerError("the private server cannot be kept running\(files.logTail())")
        }
    }

    /// Ends the server (fast shutdown: sessions are cut) and removes its directory. Again is no error.
    public func stop() async {
        do {
            try await keeper.stop()
        } catch {
            // start() would have thrown if the script did not run; what is left to fail is the removal of a file
            // that a caller put into the directory, and nobody can be told by a function that only cleans up.
            return
        }
    }

    /// A line for any shell that ends a kept server and removes its directory, for the user who started it.
    public var stopCommand: String {
        // kill and not pg_ctl, because root may run the one and not the other.
        let file = "\(directory)/data/postmaster.pid"
        return "sh -c 'p=$(head -n 1 \(file)) && kill -INT $p; "
            + "while test -e \(file) && kill -0 $p; do sleep 0.1; done; rm -rf \(directory)'"
    }

    /// Creates and starts the server in its directory; returns its port.
    private static func setUp(
        _ files: ServerDirectory,
        with keeper: ServerKeeper,
        installation: ServerInstallation,
        options: ServerOptions
    ) async throws -> Int {
        func write(port: Int) throws {
            let configuration = try ServerConfiguration(
                options,
                hasCron: installation.hasCron,
                directory: files.path,
                port: port
            )
            try files.write(configuration.serverText, to: files.settingsPath)
            try files.write(configuration.authenticationText, to: files.authenticationPath)
        }

        var port = options.listensOnLoopback ? try LoopbackPort.free() : 5432
        try write(port: port)
        let step: KeeperScript.Step =
            switch options.origin {
            case .empty: .create
            case .copy: .copy
            case .standby: .replicate
            }
        guard await keeper.perform(step) else {
            let program = step == .create ? "initdb" : "pg_basebackup"
            throw PrivateServerError("\(program) made no private server\(files.logTail())")
        }
        try Task.checkCancellation()
        var attempts = 1
        while await !keeper.perform(.start) {
            let log = files.logTail()
            try Task.checkCancellation()
            // Somebody else may have taken the port between our choice and the server's start.
            guard options.listensOnLoopback, attempts < 5, log.contains("could not bind IPv4 address") else {
                throw PrivateServerError("the private server did not start\(log)")
            }
            attempts += 1
            port = try LoopbackPort.free()
            try write(port: port)
        }
        try Task.checkCancellation()
        if options.keepsRunning, await !keeper.perform(.keep) {
            throw PrivateServerError("the private server cannot be kept running\(files.logTail())")
        }
        return port
    }

    /// - Throws: why the script did not run or did not clean up; most often that is why the server did not start.
    private static func clean(_ files: ServerDirectory, with keeper: ServerKeeper) async throws {
        do {
            try await keeper.stop()
        } catch {
            files.removeUnused()
            throw PrivateServerError("the private server did not start, and could not be cleaned up after\n\(error)")
        }
    }
}
