internal import ArgumentParser
internal import ConsoleRequest
internal import Cronmill
internal import Glibc
internal import Postgres

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show all work databases in the browser; metrics and health for machines.",
        discussion: """
            Starts cronmill-serve, which lies beside cronmill, and becomes it. On a terminal
            it says an address that works once and logs the browser in; it can only look,
            but with --actions, as the role of the connection. Without --database and DB_NAME, at all that are
            registered.

            /healthz, /readyz and /api/v1/health need no log-in, and say little without;
            /metrics is for Prometheus. See docs/console.md.

            Examples:
              cronmill serve
              cronmill serve --listen 127.0.0.1:8080 --metrics-token-file token
              cronmill serve --database shop --login-file login.url
            """
    )

    @Option(help: ArgumentHelp("Loopback address and port; port 0 is any that is free.", valueName: "address:port"))
    var listen = "127.0.0.1:8642"
    @Option(
        help: ArgumentHelp("A name this server goes by, as Host has it; repeatable.", valueName: "name")
    )
    var allowHost: [String] = []
    @Option(
        help: ArgumentHelp("File with the token that /metrics is read with.", valueName: "file"),
        completion: .file()
    )
    var metricsTokenFile: String?
    @Option(
        help: ArgumentHelp("Write the address that logs in to a new file.", valueName: "file"),
        completion: .file()
    )
    var loginFile: String?
    @Flag(help: "Let who follows that address act: pause, resume, redrive, cancel, purge, acknowledge.")
    var actions = false
    @Option(help: ArgumentHelp("How many standbys there have to be: one that is lost leaves no trace.", valueName: "n"))
    var expectStandbys: Int?
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if let expectStandbys, !(0...1_000).contains(expectStandbys) {
            throw ValidationError("--expect-standbys is a number from 0 to 1000.")
        }
        _ = try address()
    }

    func run() async throws {
        var (deployment, databases) = try Context.resolve(connection, databases: asked.all ? nil : asked.database)
        deployment.onNotice = { _ in }
        var request = ConsoleRequest(cron: deployment.cron.parameters, work: deployment.work.parameters)
        request.exceptions = deployment.exceptions.mapValues(\.parameters)
        request.databases = databases.isEmpty ? nil : databases
        (request.address, request.port) = try address()
        request.hosts = allowHost
        request.metricsToken = try metricsTokenFile.map(Self.token)
        request.loginFile = loginFile
        request.expectedStandbys = expectStandbys
        request.mayAct = actions
        (request.isVerbose, request.isQuiet) = (connection.verbose, connection.quiet)
        try Self.become(request)
    }

    /// What leaves this machine has to be encrypted, and this does not encrypt.
    private func address() throws -> (address: String, port: Int) {
        let parts = listen.split(separator: ":", omittingEmptySubsequences: false)
        let host = parts.dropLast().joined(separator: ":")
        guard parts.count > 1, let port = parts.last.flatMap({ Int($0) }), (0...65_535).contains(port) else {
            throw ValidationError("--listen is an address and a port, as in 127.0.0.1:8642 or [::1]:8642.")
        }
        let plain = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var four = in_addr()
        var isLoopback = ["::1", "localhost"].contains(plain)
        if inet_pton(AF_INET, plain, &four) == 1 { isLoopback = plain.hasPrefix("127.") }
        guard isLoopback else {
            throw ValidationError("--listen takes addresses of this machine alone: 127.0.0.1, [::1].")
        }
        return (plain == "localhost" ? "127.0.0.1" : plain, port)
    }

    /// The first line of a file that is not for everybody.
    private static func token(_ path: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CronmillError(.usage, "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o007 == 0 else {
            throw CronmillError(.usage, "others can read or write \(path)", hint: "chmod 600 \(path.shellWord)")
        }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &buffer, buffer.count)
        let token = String(validating: buffer.prefix(max(0, count)), as: UTF8.self)?.firstLine ?? ""
        guard token.utf8.count >= 16, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw CronmillError(
                .usage,
                "\(path) holds no token: one line of 16 characters or more, without blanks",
                hint: "openssl rand -hex 16"
            )
        }
        return token
    }

    /// Ends as the other program does: it is the same process.
    private static func become(_ request: ConsoleRequest) throws {
        let program = try path()
        guard access(program, X_OK) == 0 else {
            throw CronmillError(
                .failed,
                "there is no \(program)",
                detail: "The console is a program of its own, which belongs beside cronmill.",
                hint: "swift build --product cronmill-serve, or make install"
            )
        }
        let descriptor: Int32
        do throws(ConsoleRequest.Failure) {
            descriptor = try request.handOver()
        } catch {
            throw CronmillError(.failed, error.message)
        }
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(String(descriptor)), nil]
        // Handlers end with this program; what is ignored, and what is blocked in threads of Swift's pool, would stay.
        signal(SIGPIPE, SIG_DFL)
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        execv(program, arguments)
        throw CronmillError(.failed, "cannot start \(program): \(String(cString: strerror(errno)))")
    }

    /// Beside this program, wherever a link to it is.
    private static func path() throws -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw CronmillError(.failed, "cannot find out where this program is") }
        let own = String(decoding: buffer.prefix(count), as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/cronmill-serve"
    }
}
